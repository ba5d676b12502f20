import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseDirectory } from '../chaos/leftovers.js';
import { CDB, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { IS_ROOT } from '../integration/embedded/embedded-fixture.js';
import { ERROR_FORM } from './error-form.js';

const RUN = ['run', '--paper', '--feed', 'sample', '--speed', 'max'];

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

describe('cdb run, asked for wrongly', () => {
  it('names a flag that it does not know, and the one that may be meant', async () => {
    const { status, stderr, stdout } = await place.run(['run', '--sped', 'max']);
    expect(status).toBe(2);
    expect(stderr).toMatch(ERROR_FORM);
    expect(stderr).toContain('--speed');
    expect(stdout).toBe('');
  });

  it('does not choose between two modes', async () => {
    const { status, stderr, stdout } = await place.run([...RUN, '--shadow']);
    expect(status).toBe(2);
    expect(stderr).toMatch(ERROR_FORM);
    expect(stderr).toContain('--shadow and --paper are both given');
    expect(stdout).toBe('');
  });

  it('lists every fault of the configuration at once', async () => {
    const config = 'metrics:\n  prot: 1\nrun:\n  mode: real\naudit:\n  commitTimeout: 5\n';
    writeFileSync(join(place.path, 'cdb.yaml'), config);
    const { status, stderr } = await place.run(RUN, { env: { CDB_RUN_SEED: 'x' } });
    expect(status).toBe(3);
    expect(stderr).toMatch(ERROR_FORM);
    for (const fault of ['metrics.prot', 'run.mode', 'audit.commitTimeout', 'CDB_RUN_SEED']) {
      expect(stderr).toContain(fault);
    }
  });
});

describe('cdb run on a place that cannot be used', () => {
  it('ends where the system takes no directory', async () => {
    const engine = place.spawn([...RUN, '--state-dir', '/proc/cdb/state']);
    expect((await engine.ended).status).toBe(4);
    expect(engine.stderr).toMatch(ERROR_FORM);
    expect(engine.stderr).toContain('/proc/cdb');
  });

  it('is refused by another engine on the same state directory, which goes on', async () => {
    const first = place.start([...RUN.slice(0, -1), '100']);
    await first.says('OK running');
    const { status, stderr } = await place.run(RUN);
    expect(status).toBe(6);
    expect(stderr).toMatch(ERROR_FORM);
    expect(stderr).toContain(String(first.pid));
    expect((await place.run(['status'])).stdout).toContain(`pid ${first.pid}`);
    first.kill('SIGINT');
    expect((await first.ended).status).toBe(130);
  });

  it('says that a directory cannot be made where nothing may be written', async () => {
    const ours = new Workplace({ ofNobody: true, mode: 0o555 });
    try {
      const { status, stderr, stdout } = await ours.run(RUN, { asNobody: true });
      expect(status).toBe(4);
      expect(stderr).toMatch(ERROR_FORM);
      expect(stderr).toMatch(/permission|read-only/i);
      expect(stdout).not.toContain('OK state directory');
    } finally {
      await ours.end();
    }
  });

  it('says that a file of an earlier run may not be written, and keeps all of it', async () => {
    const ours = new Workplace({ ofNobody: true });
    try {
      const before = await ours.run(RUN, { asNobody: true });
      expect(before.status, before.stderr).toBe(0);
      const journal = join(ours.stateDir, 'journal');
      chmodSync(journal, 0o500);
      chmodSync(join(journal, 'inputs'), 0o500);
      const other = [...RUN, '--seed', '2'];
      const { status, stderr } = await ours.run(other, { asNobody: true });
      expect(status).toBe(4);
      expect(stderr).toMatch(ERROR_FORM);
      expect(stderr).toMatch(/permission|read-only/i);
      chmodSync(journal, 0o700);
      chmodSync(join(journal, 'inputs'), 0o700);
      const again = await ours.run(RUN, { asNobody: true });
      expect(again.stdout).toContain('is finished: nothing to do');
      expect((await ours.run(other, { asNobody: true })).status).toBe(0);
      expect((await verifyNewestRun(ours.stateDir)).faults).toEqual([]);
    } finally {
      await ours.end();
    }
  });

  it('says that the configured programs of the database are missing', async () => {
    const empty = join(place.path, 'empty');
    mkdirSync(empty);
    const { status, stderr } = await place.run(RUN, { env: { CDB_POSTGRES_BINARIES_DIR: empty } });
    expect(status).toBe(4);
    expect(stderr).toMatch(ERROR_FORM);
    expect(stderr).toContain(empty);
    await place.quiet();
    expect((await place.run(RUN)).status).toBe(0);
  });

  it('says that the port of the metrics is taken, and leaves nothing running', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    try {
      const { status, stderr } = await place.run(RUN, { env: { CDB_METRICS_PORT: port } });
      expect(stderr).toMatch(ERROR_FORM);
      expect(stderr).toContain(port);
      expect(status).toBe(6);
      await place.quiet();
    } finally {
      server.close();
    }
    expect((await place.run(RUN)).status).toBe(0);
  });
});

describe('cdb run as one user or another', () => {
  it('works for a user without rights, database included', async () => {
    const ours = new Workplace({ ofNobody: true });
    try {
      const { status, stderr } = await ours.run(RUN, { asNobody: true });
      expect(status, stderr).toBe(0);
      await ours.quiet();
    } finally {
      await ours.end();
    }
  });

  it('works with a state directory inside a private home, and says where the data are', async () => {
    const home = new Workplace({ mode: 0o700 });
    try {
      const { status, stdout, stderr } = await home.run(RUN);
      expect(status, stderr).toBe(0);
      // As root the database's own user can't pass through: the data then live elsewhere.
      const data = databaseDirectory(home.stateDir);
      expect(stdout).toContain(data);
      expect(data.startsWith(home.path)).toBe(!IS_ROOT);
      expect((await verifyNewestRun(home.stateDir)).faults).toEqual([]);
    } finally {
      await home.end();
    }
  });
});

describe('cdb run in a shell without comforts', () => {
  it('works with no stdin, no terminal and an empty environment', async () => {
    const child = spawn(process.execPath, [CDB, ...RUN, '--state-dir', place.stateDir], {
      cwd: place.path,
      env: { CDB_METRICS_PORT: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    let stderr = '';
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status, stderr).toBe(0);
  });
});

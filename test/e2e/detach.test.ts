import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockedEngine } from '../../src/adapters/files/engine-lock.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { CDB, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { ERROR_FORM } from './error-form.js';

/** Slow enough to be looked at, fast enough to decide in the meantime. */
const RUN = ['run', '--paper', '--feed', 'sample', '--speed', '50'];
const DETACH = [...RUN, '--detach'];

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(async () => {
  const pid = enginePid();
  if (pid !== null) process.kill(pid, 'SIGKILL');
  await place.end();
});

function enginePid(): number | null {
  return lockedEngine(stateDirectory(place.stateDir).engineLock).holder()?.pid ?? null;
}

function runningPid(): number {
  const pid = enginePid();
  if (pid === null) throw new Error('no engine runs');
  return pid;
}

async function detach(args: readonly string[] = DETACH): Promise<string> {
  const { status, stdout, stderr } = await place.run(args);
  expect(status, stderr).toBe(0);
  return stdout;
}

/** Session and process group of a process, and its terminal. */
function sessionOf(pid: number): { readonly session: number; readonly terminal: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return { session: fields[3] ?? 0, terminal: fields[4] ?? 0 };
}

describe('cdb run --detach', () => {
  it('returns when the engine runs, says how to watch and stop it, and leaves it running', async () => {
    const stdout = await detach();
    const pid = runningPid();
    expect(stdout).toContain(`engine   pid ${pid} in the background, running`);
    expect(stdout).toMatch(/run {6}[0-9a-f-]{36}, mode paper, level TRADING/);
    expect(stdout).toContain(`cdb logs -f --state-dir ${place.stateDir}`);
    if (process.platform === 'linux') {
      expect(sessionOf(pid)).toEqual({ session: pid, terminal: 0 });
    }
    const status = await place.run(['status']);
    expect(status.stdout).toContain(`pid ${pid}`);
    expect(statSync(join(place.stateDir, 'logs', 'engine.out')).mode & 0o777).toBe(0o600);
    const stop = await place.run(['stop']);
    expect(stop.stdout).toContain('stopped: drained and ended');
    await place.quiet();
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });

  it('survives that the shell that started it is gone', async () => {
    const line = [process.execPath, CDB, ...DETACH, '--state-dir', place.stateDir];
    const shell = spawn('sh', ['-c', '"$@"; kill -HUP 0', 'sh', ...line], {
      cwd: place.path,
      env: { PATH: process.env['PATH'], HOME: place.path, CDB_METRICS_PORT: '0' },
      // A process group of its own, which the shell takes down like a terminal that is closed.
      detached: true,
      stdio: 'ignore',
    });
    await new Promise((resolve) => shell.once('close', resolve));
    expect((await place.run(['status'])).stdout).toContain(`pid ${runningPid()}`);
  });

  it('gives the result as one envelope with --json, and nothing with --quiet', async () => {
    const { data } = JSON.parse(await detach([...DETACH, '--json'])) as { data: object };
    expect(data).toMatchObject({ pid: runningPid(), phase: 'running', mode: 'paper' });
    await place.run(['stop']);
    expect(await detach([...DETACH, '--quiet'])).toBe('');
    expect(runningPid()).toBeGreaterThan(0);
  });

  it('is refused by an engine that has the state directory, in the words of a start in front', async () => {
    await detach();
    const first = runningPid();
    const second = await place.run(DETACH);
    expect(second.status).toBe(6);
    expect(second.stderr).toMatch(/^error CDB-E0202: /m);
    expect(second.stderr).toContain(String(first));
    expect(runningPid()).toBe(first);
    const json = await place.run([...DETACH, '--json']);
    expect(json.status).toBe(6);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'CDB-E0202', exit: 6 } });
  });

  it('refuses a wrong configuration before it starts anything', async () => {
    const { status, stderr } = await place.run(DETACH, { env: { CDB_RUN_SEED: 'x' } });
    expect(status).toBe(3);
    expect(stderr).toMatch(ERROR_FORM);
    expect(existsSync(place.stateDir)).toBe(false);
  });

  it('prints what a start failed of, and its status', async () => {
    const env = { CDB_POSTGRES_BINARIES_DIR: join(place.path, 'nothing') };
    const { status, stderr } = await place.run(DETACH, { env });
    expect(status).toBe(4);
    expect(stderr).toContain(env.CDB_POSTGRES_BINARIES_DIR);
    const logs = await place.run(['logs', '--level', 'error']);
    expect(logs.stdout).toContain(env.CDB_POSTGRES_BINARIES_DIR);
    await place.quiet();
  });

  it('says what a finished run says in front', async () => {
    const fast = ['run', '--paper', '--feed', 'sample', '--speed', 'max'];
    expect((await place.run(fast)).status).toBe(0);
    expect(await detach([...fast, '--detach'])).toContain('is finished: nothing to do');
    await place.quiet();
  });

  it('takes the engine back on Ctrl-C while it waits', async () => {
    const waiting = place.start(DETACH);
    await until('the child has the lock', () => enginePid() !== null);
    waiting.kill('SIGINT');
    // It may have come up in the very moment; then the engine was handed over already.
    const { status } = await waiting.ended;
    if (status === 0) {
      expect(runningPid()).toBeGreaterThan(0);
      return;
    }
    expect(status, waiting.words).toBe(130);
    expect(waiting.stderr).toMatch(/ending the engine that was starting[\s\S]*has ended/);
    await place.quiet();
  });

  it('goes on after a kill -9 of the engine', async () => {
    await detach();
    process.kill(runningPid(), 'SIGKILL');
    await until('the engine is gone', () => enginePid() === null);
    expect(await detach()).toContain('in the background, running');
    const log = await place.run(['logs', '--grep', 'runs: ']);
    expect(log.stdout).toMatch(/runs: new run[\s\S]*runs: goes on where it was/);
  });
});

describe('cdb restart', () => {
  it('starts the engine with the options, settings and run that it had', async () => {
    const before = JSON.parse(await detach([...DETACH, '--seed', '7', '--json'])) as {
      data: { run_id: string; pid: number };
    };
    const env = { CDB_METRICS_PORT: '9', CDB_RUN_SEED: '99' };
    const restart = await place.run(['restart', '--json', '--wait-healthy', '30s'], { env });
    expect(restart.status, restart.stderr).toBe(0);
    const { data } = JSON.parse(restart.stdout) as { data: { pid: number } };
    expect(data).toMatchObject({ run_id: before.data.run_id, word: 'EFFECTS FLOW' });
    expect(data.pid).not.toBe(before.data.pid);
    expect(runningPid()).toBe(data.pid);
  });

  it('has nothing to restart where nothing runs', async () => {
    const { status, stdout } = await place.run(['restart']);
    expect(status).toBe(1);
    expect(stdout).toContain('--detach');
    expect(existsSync(place.stateDir)).toBe(false);
  });

  it('leaves an engine in a terminal alone, unless it may go to the background', async () => {
    const front = place.start(RUN);
    await front.says('OK running');
    const refused = await place.run(['restart']);
    expect(refused.status).toBe(5);
    expect(refused.stderr).toMatch(ERROR_FORM);
    expect(runningPid()).toBe(front.pid);
    const moved = await place.run(['restart', '--detach']);
    expect(moved.status, moved.stderr).toBe(0);
    expect((await front.ended).status).toBe(0);
    expect(runningPid()).not.toBe(front.pid);
  });

  it('does not end an engine that its configuration would not let start again', async () => {
    await detach();
    const pid = runningPid();
    writeFileSync(join(place.path, 'cdb.yaml'), 'run:\n  mode: real\n');
    const { status, stderr } = await place.run(['restart']);
    expect(status).toBe(3);
    expect(stderr).toContain('run.mode');
    expect(runningPid()).toBe(pid);
  });
});

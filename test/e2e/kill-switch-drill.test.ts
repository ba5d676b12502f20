import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../integration/embedded/embedded-fixture.js';
import { CDB, runCdb } from './run-cdb.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-drill-test-'));
  // As root the database runs as another user, who has to pass through.
  chmodSync(cwd, 0o711);
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

const temporary = () => readdirSync(cwd).filter((name) => name.startsWith('cdb-drill-'));

describe('cdb kill-switch drill', () => {
  it('measures the stop of an engine of its own, keeps the proof, and touches nothing else', async () => {
    const operator = join(cwd, 'op');
    expect((await runCdb(['kill-switch', 'engage', '--state-dir', operator], { cwd })).status).toBe(
      0,
    );
    const latch = readFileSync(join(operator, 'control.json'), 'utf8');
    const words = ['--rounds', '2', '--max-latency', '20s', '--write', '--json'];
    const drill = await runCdb(['kill-switch', 'drill', ...words, '--state-dir', operator], {
      cwd,
      // Where the second process would look if it looked at the operator's variables.
      env: { CDB_STATE_DIR: operator, CDB_REDIS_URL: 'redis://127.0.0.1:1' },
    });
    expect(drill.status, drill.stderr + drill.stdout).toBe(0);
    const { data } = JSON.parse(drill.stdout) as {
      readonly data: Readonly<Record<string, unknown>>;
    };
    expect(data).toMatchObject({ passed: true, rounds: 2, limit_ms: 20_000 });
    expect(Number(data['orders_before_the_stop'])).toBeGreaterThan(0);
    expect(readFileSync(join(operator, 'control.json'), 'utf8')).toBe(latch);
    expect(temporary()).toEqual([]);
    const [name = ''] = readdirSync(join(operator, 'proofs'));
    const proof = readFileSync(join(operator, 'proofs', name), 'utf8');
    const { sha256 } = JSON.parse(proof) as { readonly sha256: string };
    const text = proof.slice(proof.indexOf('"proof":') + 8, -2);
    expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
    const history = await runCdb(['kill-switch', 'history', '--state-dir', operator], { cwd });
    expect(history.stdout).toContain('kill switch drill passed');
  });

  it('fails past its limit, and keeps nothing unless it is asked to', async () => {
    const words = ['kill-switch', 'drill', '--rounds', '1', '--max-latency', '1ms'];
    const drill = await runCdb(words, { cwd });
    expect(drill.status, drill.stderr).toBe(1);
    expect(drill.stdout).toMatch(/limit +1 ms +FAIL +past the limit: .*whole process/);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('leaves neither a process nor a directory behind after Ctrl-C', async () => {
    const child = spawn(process.execPath, [CDB, 'kill-switch', 'drill', '--rounds', '20'], {
      cwd,
      env: { PATH: process.env['PATH'], HOME: cwd, TMPDIR: cwd },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const isStopping = () =>
      temporary().some((name) =>
        readFileSync(join(cwd, name, 'state', 'control.json'), 'utf8').includes(
          '"HALTED","scopes"',
        ),
      );
    await until('a round is under way', () => {
      try {
        return Promise.resolve(isStopping());
      } catch {
        return Promise.resolve(false); // Not there yet.
      }
    });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(temporary()).toEqual([]);
  });
});

import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunRegistry } from '../../src/adapters/files/run-registry.js';
import { stateDirectory } from '../../src/adapters/files/state-directory.js';
import { CDB, type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { unbrokenDigest } from '../chaos/run-truth.js';
import { verifyNewestRun, verifyRun } from '../chaos/verify-run.js';
import { THRESHOLD_SETS } from '../../src/engine/domain/thresholds.js';

const SLOW = ['run', '--paper', '--feed', 'sample', '--speed', '100'];
const FAST = ['run', '--paper', '--feed', 'sample', '--speed', 'max'];

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

/** An engine in the middle of its run, with decisions made. */
async function startHalfWay(): Promise<EngineProcess> {
  const engine = place.start(SLOW);
  await engine.says(/ risk +(ALLOW|BLOCK) /);
  return engine;
}

/** The rest of the run, against a fold of the file that nobody ever broke. */
async function finishesTheSame({ continued = true } = {}): Promise<void> {
  const rest = await place.run(FAST);
  expect(rest.status, rest.stderr).toBe(0);
  if (continued) expect(/goes on/.test(rest.stdout)).toBe(true);
  const unbroken = await unbrokenDigest(1, THRESHOLD_SETS.default);
  expect(rest.stdout.slice(-600)).toContain(`digest ${unbroken}`);
  await place.quiet();
  const runs = openRunRegistry(stateDirectory(place.stateDir).runs).list();
  const [first] = runs.filter(({ seed }) => seed === 1);
  if (first === undefined) throw new Error('the run is not registered');
  const verdict = await verifyRun(place.stateDir, first);
  expect(verdict.faults).toEqual([]);
  expect(verdict.digest).toBe(unbroken);
}

describe('an engine that is told to end', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('drains on %s, exits %i, and the next start continues', async (signal, status) => {
    const engine = await startHalfWay();
    engine.kill(signal);
    expect((await engine.ended).status, engine.words).toBe(status);
    expect(engine.stdout).toContain(`STOPPED by ${signal}`);
    expect(engine.stdout).toContain('drained: every decision is in the audit trail');
    await place.quiet();
    await finishesTheSame();
  });

  it('may be told twice, and the next start continues', async () => {
    const engine = await startHalfWay();
    engine.kill('SIGINT');
    engine.kill('SIGINT');
    expect((await engine.ended).status, engine.words).toBe(130);
    await finishesTheSame();
  });

  it('drains on "cdb stop" from a second process, which says what is left', async () => {
    const engine = await startHalfWay();
    const stop = await place.run(['stop']);
    expect(stop.status, stop.stderr).toBe(0);
    expect(stop.stdout).toMatch(/stopped: drained and ended.*\nleft: nothing/);
    expect((await engine.ended).status, engine.words).toBe(0);
    expect((await place.run(['status'])).status).toBe(1);
    await finishesTheSame();
  });

  it('ends after --duration with 0, and the next start continues', async () => {
    const first = await place.run([...SLOW, '--duration', '2s']);
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toContain('STOPPED');
    await finishesTheSame();
  });

  it('is killed while its socket is in use, and the next start takes everything over', async () => {
    const engine = await startHalfWay();
    engine.kill('SIGKILL');
    await engine.ended;
    const status = await place.run(['status']);
    expect(status.status).toBe(1);
    expect(status.stdout).toMatch(/NOT RUNNING[\s\S]*did not say goodbye/);
    await finishesTheSame();
  });
});

describe('a run that was killed', () => {
  it('is drained by a run of another seed, so that both are whole', async () => {
    const engine = await startHalfWay();
    engine.kill('SIGKILL');
    await engine.ended;
    const other = await place.run([...FAST, '--seed', '2']);
    expect(other.status, other.stderr).toBe(0);
    await place.quiet();
    const runs = openRunRegistry(stateDirectory(place.stateDir).runs).list();
    expect(runs.map(({ seed, finished }) => ({ seed, finished }))).toEqual([
      { seed: 1, finished: false },
      { seed: 2, finished: true },
    ]);
    for (const run of runs) expect((await verifyRun(place.stateDir, run)).faults).toEqual([]);
    await finishesTheSame();
  });
});

describe('an engine whose reader leaves', () => {
  /** `cdb run | head -1`, through a real shell and a real pipe. */
  async function through(command: string, args: readonly string[]): Promise<number> {
    const script = `"$0" "$@" | ${command}; exit "\${PIPESTATUS[0]}"`;
    const run = [process.execPath, CDB, ...args, '--state-dir', place.stateDir];
    const child = spawn('bash', ['-c', script, ...run], {
      cwd: place.path,
      env: { PATH: process.env['PATH'], HOME: place.path, CDB_METRICS_PORT: '0' },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => {
        resolve(status ?? -1);
      });
    });
  }

  it('exits 0 when the reader leaves during the preflight, and the next start works', async () => {
    expect(await through('head -1', SLOW)).toBe(0);
    await place.quiet();
    // It may have left before there was a run to continue.
    await finishesTheSame({ continued: false });
  });

  it('drains and exits 0 when the reader leaves in the middle of the run', async () => {
    expect(await through("grep -m1 ' risk '", SLOW)).toBe(0);
    await place.quiet();
    await finishesTheSame();
  });

  it('is never held back by a reader that does not read', async () => {
    expect(await through("bash -c 'read -r; wait; read -r -t 4 -d q none; cat'", FAST)).toBe(0);
    await place.quiet();
    expect((await verifyNewestRun(place.stateDir)).finished).toBe(true);
  });
});

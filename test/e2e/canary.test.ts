import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findRunningPostgres } from '../../src/adapters/embedded/embedded-postgres.js';
import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { decidedPlan } from '../fakes/canary-plan.js';
import { query, until } from '../integration/embedded/embedded-fixture.js';

const LOCK = ['canary', 'plan', '--lock', '--decision', 'GO', '--reason', 'rehearsal'];
const START = ['canary', 'start', '--operator', 'ann', '--reason', 'rehearsal'];

let place: Workplace;
let engine: EngineProcess;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

/** These engines serve no metrics. */
const NOT_WATCHED = ['credential_incident', 'monitoring_down', 'prometheus_down'];

function writePlan(change: object = {}): void {
  const decided = decidedPlan({ fromMs: Date.now() - 60_000 });
  const plan = { ...decided, not_watched: NOT_WATCHED, ...change };
  writeFileSync(join(place.path, 'canary-plan.yaml'), stringify(plan));
}

/** Whether a refusal names the gate among what is missing. */
const gateOf = (stderr: string): boolean => /\bgate,/.test(stderr);

function commit(file: string): void {
  const who = ['-c', 'user.name=o', '-c', 'user.email=o@example.com'];
  for (const words of [
    ['init', '-q'],
    ['add', file],
    ['commit', '-q', '-m', 'gate'],
  ]) {
    execFileSync('git', [...who, ...words], { cwd: place.path, stdio: 'ignore' });
  }
}

async function startEngine(speed = '20'): Promise<void> {
  engine = place.start(['run', '--shadow', '--feed', 'sample', '--speed', speed]);
  await engine.says(/ risk +ALLOW /);
  await until('effects flow', async () => (await place.run(['status'])).status === 0);
}

async function rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const running = findRunningPostgres(place.stateDir);
  return running === null ? [] : await query(running.connection, sql);
}

interface Entry {
  readonly event: { readonly kind: string; readonly action: string };
}

function ledger(): readonly string[] {
  const folder = join(place.stateDir, 'ledger');
  return readdirSync(folder)
    .sort()
    .map((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Entry).event)
    .filter(({ kind }) => kind === 'canary')
    .map(({ action }) => action);
}

/** What its fills add up to. */
async function net() {
  const [row] = await rows(
    "SELECT count(*)::int AS n, sum(CASE side WHEN 'buy' THEN size ELSE -size END)::text AS net FROM trades",
  );
  return { fills: Number(row?.['n']), qty: Number(row?.['net'] ?? 0) };
}

async function startCanary(): Promise<void> {
  const locked = await place.run(LOCK);
  expect(locked.status, locked.stderr).toBe(0);
  const started = await place.run([...START, '--confirm', 'shadow/canary']);
  expect(started.status, started.stdout + started.stderr).toBe(0);
  expect(started.stdout).toMatch(/^CANARY RUNS {3}BTCUSDT-PERP on paper {3}100 %/);
}

describe('a canary on the paper venue', () => {
  it('starts, really sends its share, steps, holds, and rolls back', async () => {
    await startEngine();
    writePlan();
    await startCanary();
    await until('an order of the canary is filled', async () => {
      return (await rows('SELECT 1 FROM trades')).length > 0;
    });
    const status = await place.run(['canary', 'status']);
    expect(status.status, status.stdout).toBe(0);
    expect(status.stdout).toMatch(/^CANARY RUNNING {3}BTCUSDT-PERP on paper {3}register canary/);
    const step = await place.run(['canary', 'step', '--to', '50%', '--yes']);
    expect(step.status, step.stderr).toBe(0);
    const held = await place.run(['canary', 'hold', '--reason', 'a look']);
    expect(held.status, held.stderr).toBe(0);
    expect((await place.run(['canary', 'status'])).stdout).toMatch(/^CANARY HELD/);
    const back = await place.run(['canary', 'rollback', '--reason', 'enough']);
    expect(back.status, back.stderr).toBe(0);
    expect((await place.run(['mode', 'show'])).stdout).toMatch(/^MODE shadow {3}AS ASKED/);
    expect((await place.run(['canary', 'step', '--to', '5', '--yes'])).status).toBe(6);
    // What was decided for one session says nothing of another.
    const again = await place.run([...START, '--confirm', 'shadow/canary']);
    expect(again.status).toBe(5);
    expect(again.stdout).toMatch(/^evidence +FAILED.*was used up by the start of/m);

    const real = await rows(
      "SELECT size, metadata->>'price_bound' AS bound FROM orders WHERE metadata->>'mode' = 'paper'",
    );
    expect(real.length).toBeGreaterThan(0);
    expect(real.length).toBeLessThanOrEqual(3);
    for (const { size, bound } of real) {
      expect(Number(size) * Number(bound)).toBeLessThanOrEqual(15);
    }
    await until('all of it is on record', async () => ledger().includes('canary ended'));
    expect(ledger()).toEqual(
      expect.arrayContaining([
        'canary evidence locked',
        'canary start',
        'canary running',
        'canary step',
        'canary hold',
        'canary held',
        'canary rollback',
        'canary ended',
      ]),
    );
    engine.kill('SIGINT');
    await engine.ended;
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });

  it('rolls back by itself when the kill switch is engaged, and stays in shadow', async () => {
    await startEngine();
    writePlan();
    await startCanary();
    expect((await place.run(['kill-switch', 'engage'])).status).toBe(0);
    await until('the register says shadow', async () => {
      return (await place.run(['kill-switch', 'status'])).stdout.startsWith('HALTED   shadow');
    });
    const status = await place.run(['canary', 'status']);
    expect(status.stdout).toMatch(/^CANARY ENDED/);
    expect(status.stdout).toMatch(/why +kill_switch/);
    expect(status.stdout).toMatch(/^kill_switch +FAILED/m);
    const release = ['kill-switch', 'release', '--operator', 'ann', '--justification', 'over'];
    expect((await place.run([...release, '--confirm', 'shadow/kill-switch'])).status).toBe(0);
    // A release alone authorises nothing.
    expect((await place.run(['mode', 'show'])).stdout).toMatch(/^MODE shadow {3}AS ASKED/);
  });

  it('is closed to the last coin by a stop that asks for that', async () => {
    await startEngine();
    writePlan();
    await startCanary();
    await until('it holds something', async () => (await net()).qty > 0);
    const stopped = await place.run(['kill-switch', 'engage', '--flatten', '--json']);
    expect(stopped.status, stopped.stderr).toBe(0);
    await until('it holds nothing', async () => (await net()).qty === 0);
    const { fills } = await net();
    expect(fills).toBeGreaterThan(1);
    expect((await place.run(['canary', 'status'])).stdout).toMatch(/^CANARY ENDED/);
    expect((await place.run(['kill-switch', 'status'])).stdout).toMatch(/^HALTED {3}shadow/);
    engine.kill('SIGINT');
    await engine.ended;
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });

  it('does not survive a crash of the engine, and what it holds is not forgotten', async () => {
    // Else its exit could be filled before the crash.
    const held = { thresholds: { overrides: { 'risk.autoUnwind': false } } };
    writeFileSync(join(place.path, 'cdb.yaml'), stringify(held));
    await startEngine();
    writePlan();
    await startCanary();
    await until('it holds something', async () => (await net()).qty > 0);
    engine.kill('SIGKILL');
    await engine.ended;
    await place.quiet();
    // So is a run that several hosts share, and nobody has looked yet at what this one holds.
    const nowhere = {
      CDB_REDIS_URL: 'redis://127.0.0.1:1/0',
      CDB_DATABASE_URL: 'postgres://cdb@127.0.0.1:1/cdb',
    };
    const shared = await place.run(['run', '--shadow', '--feed', 'sample'], { env: nowhere });
    expect([shared.status, shared.stderr]).toEqual([5, expect.stringContaining('CDB-E0324')]);
    expect(shared.stderr).toContain('left by canaries: unknown, it did not end (run ');
    // Another mode is another run, in whose books nothing of it would be.
    const other = await place.run(['run', '--paper', '--feed', 'sample', '--speed', '20']);
    expect([other.status, other.stderr]).toEqual([5, expect.stringContaining('CDB-E0324')]);
    await startEngine();
    const paper = await place.run(['mode', 'set', 'paper', '--yes']);
    expect([paper.status, paper.stderr]).toEqual([5, expect.stringContaining('CDB-E0325')]);
    const status = await place.run(['canary', 'status']);
    expect(status.stdout).toMatch(/^CANARY ENDED .*register shadow/);
    expect(status.stdout).toMatch(/why +mode_drift/);
    // The pack names the process that is gone.
    expect(status.stdout).toMatch(/^evidence +FAILED.*changed after the lock: engine/m);
  });

  it('refuses what is undecided, unlocked, changed after the lock, or only half confirmed', async () => {
    await startEngine();
    expect((await place.run(['canary', 'plan', '--init'])).status).toBe(0);
    const undecided = await place.run(['canary', 'plan']);
    expect(undecided.status).toBe(1);
    expect(undecided.stdout).toContain('percent_first: is undecided');
    expect((await place.run(LOCK)).status).toBe(5);
    expect(existsSync(join(place.stateDir, 'proofs', 'canary'))).toBe(false);

    writePlan();
    const unlocked = await place.run([...START, '--confirm', 'shadow/canary']);
    expect(unlocked.status).toBe(5);
    expect(unlocked.stdout).toMatch(/^evidence +MISSING/m);
    expect((await place.run(LOCK)).status).toBe(0);
    for (const words of [START, [...START, '--confirm', 'yes'], ['canary', 'start']]) {
      expect((await place.run(words)).stderr).toContain('CDB-E0317');
    }
    writePlan({ not_watched: ['credential_incident'] });
    const silent = await place.run([...START, '--confirm', 'shadow/canary']);
    expect(silent.stdout).toMatch(/^monitoring +FAILED.*nobody watches monitoring_down/m);
    writePlan({ percent_first: 99 });
    const changed = await place.run([...START, '--confirm', 'shadow/canary']);
    expect(changed.stdout).toMatch(/^evidence +FAILED.*planHash/m);
    expect(changed.status).toBe(5);

    const mexc = decidedPlan({ fromMs: Date.now() - 60_000 });
    const approval = { ...mexc.approval, venue: 'mexc' };
    writePlan({ venue: 'mexc', approval });
    const real = await place.run(['mode', 'set', 'canary', '--yes', '--confirm', 'shadow/canary']);
    expect(real.status).toBe(5);
    expect(real.stdout).toMatch(/^adapter +FAILED/m);
    expect(real.stdout).toMatch(/^LR-040 +MISSING/m);
    expect(real.stdout).toMatch(/^gate +FAILED/m);
    const open = ['gate', 'open', 'canary', '--ttl', '30m', '--by', 'ann', '--reason', 'rehearsal'];
    const opened = await place.run([...open, '--yes']);
    expect(opened.status, opened.stderr).toBe(0);
    commit('DELIVERY_APPROVED.yaml');
    const still = await place.run(['mode', 'set', 'canary', '--yes', '--confirm', 'shadow/canary']);
    expect([still.status, gateOf(still.stderr)]).toEqual([5, false]);
    expect(still.stdout).toMatch(/^gate +OK +.*opened by ann/m);
    expect(still.stdout).toMatch(/^LR-040 +MISSING/m);
    expect(gateOf(real.stderr)).toBe(true);
    expect((await place.run(['mode', 'show'])).stdout).toMatch(/^MODE shadow/);
    expect(await rows('SELECT 1 FROM trades')).toEqual([]);
  });
});

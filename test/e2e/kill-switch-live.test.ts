import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRunningPostgres } from '../../src/adapters/embedded/embedded-postgres.js';
import { type EngineProcess, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { query, until } from '../integration/embedded/embedded-fixture.js';

const SLOW = ['run', '--paper', '--feed', 'sample', '--speed', '100'];
const RELEASE = [
  'kill-switch',
  'release',
  '--operator',
  'ann',
  '--justification',
  'the cause is gone',
  '--confirm',
  'paper/kill-switch',
];

let place: Workplace;
let engine: EngineProcess;
beforeEach(async () => {
  place = new Workplace();
  engine = place.start(SLOW);
  await engine.says(/ risk +ALLOW /);
});
afterEach(() => place.end());

/** In order: the code of a refusal, null for an approval. */
async function decisionsAfter(seq: number): Promise<readonly (string | null)[]> {
  const running = findRunningPostgres(place.stateDir);
  if (running === null) throw new Error('no database runs');
  const rows = await query(
    running.connection,
    `SELECT reason_code FROM risk_events WHERE seq > ${seq} ORDER BY seq, ord`,
  );
  return rows.map((row) => row['reason_code'] as string | null);
}

/** The journal sequence of the newest change of control that the engine has applied. */
async function controlSeq(level: string): Promise<number> {
  let seq = 0;
  await until(`the engine applies ${level}`, async () => {
    const running = findRunningPostgres(place.stateDir);
    if (running === null) return false;
    const [newest] = await query(
      running.connection,
      'SELECT level FROM control_events ORDER BY id DESC LIMIT 1',
    );
    const [last] = await query(running.connection, 'SELECT max(seq) AS seq FROM risk_events');
    seq = Number(last?.['seq'] ?? 0);
    return newest?.['level'] === level;
  });
  return seq;
}

describe('the kill switch of a running engine', () => {
  it('stops orders at once, shows it, and lets them flow again after a release', async () => {
    const engaged = await place.run(['kill-switch', 'engage', 'just', 'a', 'drill']);
    expect(engaged.status, engaged.stderr).toBe(0);
    expect(engaged.stdout).toMatch(/engine +ack +\d+ ms/);
    const haltedAt = await controlSeq('HALTED');
    const status = await place.run(['status']);
    expect(status.status).toBe(1);
    expect(status.stdout).toContain('HALTED');
    await until('decisions are made meanwhile', async () => {
      return (await decisionsAfter(haltedAt)).length > 5;
    });
    expect(new Set(await decisionsAfter(haltedAt))).toEqual(new Set(['RK_KILL_SWITCH']));

    const released = await place.run(RELEASE);
    expect(released.status, released.stderr).toBe(0);
    const freeAt = await controlSeq('TRADING');
    await until('orders flow again', async () => (await decisionsAfter(freeAt)).includes(null));
    engine.kill('SIGINT');
    expect((await engine.ended).status).toBe(130);
    expect((await verifyNewestRun(place.stateDir)).faults).toEqual([]);
  });

  it('survives kill -9 and a restart', async () => {
    expect((await place.run(['kill-switch', 'engage'])).status).toBe(0);
    const haltedAt = await controlSeq('HALTED');
    engine.kill('SIGKILL');
    await engine.ended;
    await place.quiet();
    engine = place.start(SLOW);
    await engine.says('goes on');
    expect(engine.stdout).toMatch(/kill switch +level HALTED/);
    await until('decisions are made', async () => (await decisionsAfter(haltedAt)).length > 5);
    expect(new Set(await decisionsAfter(haltedAt))).toEqual(new Set(['RK_KILL_SWITCH']));
  });

  it('is engaged while no engine runs, and holds for the next start', async () => {
    engine.kill('SIGINT');
    await engine.ended;
    const engaged = await place.run(['kill-switch', 'engage']);
    expect(engaged.status, engaged.stderr).toBe(0);
    expect(engaged.stdout).toContain('no engine running');
    engine = place.start(SLOW);
    await engine.says('RK_KILL_SWITCH');
    expect((await place.run(['status'])).stdout).toContain('HALTED');
  });

  it('counts as engaged when its file is garbage', async () => {
    writeFileSync(join(place.stateDir, 'control.json'), '{"level":"TRAD');
    const haltedAt = await controlSeq('HALTED');
    const status = await place.run(['status']);
    expect(status.status).toBe(1);
    expect(status.stdout).toContain('HALTED');
    await until('decisions are made', async () => (await decisionsAfter(haltedAt)).length > 5);
    expect(new Set(await decisionsAfter(haltedAt))).toEqual(new Set(['RK_KILL_SWITCH']));
  });

  it('refuses to be released without a name, a reason and the target', async () => {
    expect((await place.run(['kill-switch', 'engage'])).status).toBe(0);
    const bare = await place.run(['kill-switch', 'release']);
    expect(bare.status).toBe(5);
    expect((await place.run(['status'])).stdout).toContain('HALTED');
  });
});

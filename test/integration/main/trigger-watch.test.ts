import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { latchPlace } from '../../../src/adapters/files/latch-file.js';
import { ledgerFiles } from '../../../src/adapters/files/ledger-files.js';
import {
  createStateRoot,
  prepareStateDirectory,
  stateDirectory,
  type StateDirectory,
} from '../../../src/adapters/files/state-directory.js';
import { lowerScope, scopeReleaseTarget } from '../../../src/engine/control/lower-scope.js';
import { effectiveRecord, lower, releaseTarget } from '../../../src/engine/control/register.js';
import type { Output } from '../../../src/engine/domain/events.js';
import { shardOf } from '../../../src/engine/shards/shard-of.js';
import type { EngineStatus } from '../../../src/engine/ports/engine-status.js';
import {
  openEngineRegister,
  type EngineRegister,
} from '../../../src/main/engine/control-register.js';
import { watchTriggers, type TriggerWatch } from '../../../src/main/engine/trigger-watch.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { quiet } from '../../fakes/engine/until.js';
import { fakeEngineStatus } from '../../fakes/fake-engine-status.js';
import { FACTS } from '../../unit/engine/domain/wire/facts.js';
import { temporaryDirectory } from '../files/log-on-disk.js';

const LIMITS = {
  confirmation: { breachesMin: 3, looksMax: 5 },
  auditStalledMs: 1_000,
  marketDataStaleMs: 1e9,
  clockSkewMs: 1e9,
  controlLostMs: 1_000,
  unreadableFraction: 1,
  unreadableFramesMin: 1e9,
  throttle: { windowMs: 60_000, executionsMax: 100, samePriceMax: 2, shards: 1 },
};

let directory: ReturnType<typeof temporaryDirectory>;
let state: StateDirectory;
let clock: ManualClock;
let register: EngineRegister;
let status: EngineStatus;
let watch: TriggerWatch;
let running: Promise<void>;
let socketTrouble: string | null;

const open = (): EngineRegister =>
  openEngineRegister(state, 'paper', { clock, onNotice: () => undefined });

beforeEach(() => {
  directory = temporaryDirectory();
  state = stateDirectory(directory.path);
  createStateRoot(state);
  clock = new ManualClock();
  register = open();
  prepareStateDirectory(state);
  status = fakeEngineStatus();
  socketTrouble = null;
  watch = watching(LIMITS);
  running = watch.run();
});

function watching(limits: typeof LIMITS): TriggerWatch {
  return watchTriggers({
    live: { status: () => status, phase: 'running', obeys: () => true, knock: () => undefined },
    register,
    ledger: ledgerFiles(state.ledger),
    clock,
    channels: [{ name: 'control socket', trouble: () => Promise.resolve(socketTrouble) }],
    everyMs: 1_000,
    limits,
    onNotice: () => undefined,
  });
}
afterEach(async () => {
  watch.stop();
  clock.advance(1_000);
  await running;
  directory.remove();
});

async function looks(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await quiet(5);
    clock.advance(1_000);
  }
  await quiet(5);
}

const triggers = () =>
  [...ledgerFiles(state.ledger).entries()]
    .map(({ event }) => event)
    .filter(({ kind }) => kind === 'trigger');
const stalled = (): void => {
  const sinceMs = clock.nowMs() - 60_000;
  status = fakeEngineStatus({
    audit: { ...status.audit, state: 'stalled', sinceMs, reason: 'away' },
  });
};
const order = (n: number): Output => ({
  ...FACTS.OrderRequested,
  mode: 'paper',
  origin: 'signal',
  tsMs: n,
  ref: { seq: n, ord: 0 },
  epoch: register.effective().record.epoch,
});

describe('the watch over a running engine', () => {
  it('writes what it found to latch and ledger, once, and a restart finds it there', async () => {
    await looks(2);
    expect(register.effective().record).toMatchObject({ level: 'TRADING', epoch: 1 });
    stalled();
    await looks(2);
    expect(register.effective().record.level).toBe('TRADING');
    await looks(20);
    const { record } = register.effective();
    expect(record).toMatchObject({ level: 'REDUCING', epoch: 2, reason: 'audit_stalled' });
    expect(record.message).toMatch(/^audit_stalled: audit stalled for \d+ ms > 1000 ms: away$/);
    expect(open().effective().record).toEqual(record);
    const [entry, ...more] = triggers();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      action: 'audit_stalled set everything to REDUCING',
      who: 'cdb',
      details: { trigger: 'audit_stalled', level: 'REDUCING', scopes: [], epoch: 2 },
    });
    expect((entry?.details['evidence'] as unknown[]).length).toBe(3);
  });

  it('never lowers what is stricter', async () => {
    register.engage({ reason: 'manual', message: 'by hand' });
    stalled();
    await looks(10);
    expect(register.effective().record).toMatchObject({
      level: 'HALTED',
      reason: 'manual',
      epoch: 2,
    });
    expect(triggers()).toEqual([]);
  });

  it('restricts for a control socket that nobody answers, and not for one silent look', async () => {
    socketTrouble = 'nobody listens';
    await looks(1);
    socketTrouble = null;
    await looks(5);
    expect(register.effective().record.level).toBe('TRADING');
    socketTrouble = 'nobody listens';
    await looks(12);
    expect(register.effective().record).toMatchObject({ level: 'REDUCING', epoch: 2 });
    expect(register.effective().record.message).toContain('control socket (nobody listens)');
  });

  it('halts one strategy that repeats itself, until a named person lets it go on', () => {
    watch.note(order(1));
    watch.note(order(2));
    expect(register.effective().record.scopes).toEqual({});
    watch.note(order(3));
    watch.note(order(4));
    watch.note(order(5));
    watch.note(order(6));
    const current = open().effective();
    const scope = `strategy:${FACTS.OrderRequested.strategyId}`;
    expect(current.record).toMatchObject({
      level: 'TRADING',
      scopes: { [scope]: 'HALTED' },
      epoch: 2,
      reason: 'repeated_execution',
      operator: 'cdb',
    });
    expect(triggers()).toHaveLength(1);
    const request = { scope, operator: 'ann', justification: 'loop repaired', atMs: clock.nowMs() };
    const confirm = scopeReleaseTarget('paper', scope);
    const released = lowerScope(current, { ...request, confirm });
    if (!released.ok) throw new Error(released.why);
    const latch = latchPlace(state.control);
    latch.read();
    latch.write(released.record);
    expect(register.effective().record).toMatchObject({ scopes: {}, epoch: 3 });
    // Orders of before the release count no more, also when a restart publishes them again.
    for (const n of [7, 8, 9]) watch.note({ ...order(n), epoch: 1 } as Output);
    expect(register.effective().record.epoch).toBe(3);
  });

  it('gives each shard that it publishes an equal part, as other processes give theirs', () => {
    const throttle = { windowMs: 60_000, executionsMax: 5, samePriceMax: 100, shards: 2 };
    const shared = watching({ ...LIMITS, throttle });
    const symbols = ['AUSDT', 'BUSDT', 'CUSDT', 'DUSDT', 'EUSDT'];
    const inShard = (shard: number) => symbols.find((one) => shardOf(one, 2) === shard) ?? '';
    const note = (n: number, shard: number) => {
      shared.note({ ...order(n), symbol: inShard(shard) } as Output);
    };
    note(1, 0);
    note(2, 0);
    note(3, 1);
    note(4, 1);
    expect(register.effective().record.scopes).toEqual({});
    note(5, 1);
    const scope = `strategy:${FACTS.OrderRequested.strategyId}`;
    expect(register.effective().record.scopes).toEqual({ [scope]: 'HALTED' });
  });

  it('after a release, fires again only on breaches that are confirmed anew', async () => {
    stalled();
    await looks(10);
    const latch = latchPlace(state.control);
    const current = effectiveRecord([{ place: 'latch', reading: latch.read() }], {
      stateDirEmpty: false,
    });
    const words = { operator: 'ann', justification: 'seen', confirm: releaseTarget('paper') };
    const released = lower(current, { ...words, atMs: clock.nowMs() });
    if (!released.ok) throw new Error('not released');
    latch.write(released.record);
    await looks(2);
    expect(register.effective().record.level).toBe('TRADING');
    await looks(5);
    expect(register.effective().record).toMatchObject({ level: 'REDUCING', epoch: 4 });
  });
});

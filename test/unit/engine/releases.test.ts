import { describe, expect, it } from 'vitest';
import { lowerScope } from '../../../src/engine/control/lower-scope.js';
import {
  effectiveRecord,
  followedRecord,
  initialRecord,
  lower,
  raise,
  renumberedRecord,
  withMode,
  type EffectiveControl,
} from '../../../src/engine/control/register.js';
import { withoutReleased, type ControlRecord } from '../../../src/engine/domain/control.js';
import { eager, FoldBench } from './fold-bench.js';

const STARTED = { ...initialRecord({ mode: 'paper', operator: 'ops', atMs: 1_000 }), epoch: 1 };
const FLATTEN = { cancelOpen: true, flatten: true };
const STOP = {
  level: 'HALTED',
  scopes: [],
  reason: 'manual',
  message: '',
  operator: 'ann',
} as const;
const RELEASE = { operator: 'bob', justification: 'fixed', atMs: 3_000 };
const SHADOW = { mode: 'shadow', operator: 'cdb run', atMs: 4_000 } as const;

function effective(...records: readonly ControlRecord[]): EffectiveControl {
  const readings = records.map((record, at) => ({
    ...{ place: `place ${at}`, isShared: at > 0 },
    reading: { state: 'present', record } as const,
  }));
  return effectiveRecord(readings, { stateDirEmpty: false });
}

const stopped = (before: ControlRecord): ControlRecord =>
  raise(effective(before), { ...STOP, atMs: 2_000, exit: FLATTEN });

function released(before: ControlRecord): ControlRecord {
  const words = { ...RELEASE, confirm: `${before.mode}/kill-switch` };
  const result = lower(effective(before), words);
  if (!result.ok) throw new Error('not released');
  return result.record;
}

/** A position, a breaker that its loss has latched, and a flatten under way. */
function stoppedBench(record: ControlRecord): FoldBench {
  const bench = new FoldBench({
    limits: eager({
      allocation: { earlyFraction: 0.99, ruleFraction: { TREND: 0.99 } },
      risk: { maxPositionFraction: 0.5, maxTotalExposureFraction: 0.9 },
    }),
  });
  bench.warmUp(['ETHUSDT']);
  bench.trade(10_010, { symbol: 'ETHUSDT' });
  bench.trade(10_005, { symbol: 'ETHUSDT' });
  bench.trade(8_800, { symbol: 'ETHUSDT' });
  bench.trade(8_810, { symbol: 'ETHUSDT' });
  bench.control(record);
  expect(Object.keys(bench.state.breakers.tripped)).toContain('daily_drawdown');
  expect(bench.state.exits).toHaveLength(1);
  return bench;
}

const isFree = (bench: FoldBench): boolean =>
  bench.state.exits.length === 0 && Object.keys(bench.state.breakers.tripped).length === 0;

describe('a release', () => {
  it('counts although the mode was changed before the fold has looked', () => {
    const halt = stopped(STARTED);
    const bench = stoppedBench(halt);
    bench.control(withMode(effective(released(halt)), SHADOW));
    expect(isFree(bench)).toBe(true);
    expect(bench.of('ExitChanged').at(-1)?.state).toBe('withdrawn');
  });

  it('takes back what was asked for before it although somebody has stopped again meanwhile', () => {
    const halt = stopped(STARTED);
    const bench = stoppedBench(halt);
    const again = raise(effective(released(halt)), { ...STOP, atMs: 5_000 });
    bench.control(again);
    expect(bench.state.exits).toEqual([]);
    // Trading is halted: the breakers are reset once it goes on.
    expect(isFree(bench)).toBe(false);
    bench.control(withMode(effective(released(again)), SHADOW));
    expect(isFree(bench)).toBe(true);
  });

  it('counts once, however often it is carried along', () => {
    const halt = stopped(STARTED);
    const bench = stoppedBench(halt);
    const free = released(halt);
    bench.control(free);
    const before = bench.of('AllocationDecided').length;
    const stoppedAgain = stopped(withMode(effective(free), { ...SHADOW, mode: 'paper' }));
    bench.control(stoppedAgain);
    expect(bench.state.exits).toHaveLength(1);
    bench.control(withMode(effective(stoppedAgain), SHADOW));
    expect(bench.state.exits).toHaveLength(1);
    bench.control(withMode(effective(free), SHADOW));
    expect(bench.of('AllocationDecided')).toHaveLength(before);
  });

  it('that is not in every place yet counts when it is', () => {
    const halt = stopped(STARTED);
    const bench = stoppedBench(halt);
    const free = released(halt);
    const mode = withMode(effective(free), SHADOW);
    bench.control(effective(halt, free).record);
    expect(bench.state.exits).toHaveLength(1);
    bench.control(effective(mode, free).record);
    expect(isFree(bench)).toBe(true);
  });

  it('of one scope takes back its wish, also behind another change, and resets no breaker', () => {
    const scope = 'symbol:ETHUSDT';
    const asked = { ...STOP, scopes: [scope], atMs: 2_000, exit: FLATTEN };
    const halt = raise(effective(STARTED), asked);
    const bench = stoppedBench(halt);
    const words = { ...RELEASE, scope, confirm: `paper/${scope}` };
    const free = lowerScope(effective(halt), words);
    if (!free.ok) throw new Error('not released');
    bench.control(withMode(effective(free.record), SHADOW));
    expect(bench.state.exits).toEqual([]);
    expect(Object.keys(bench.state.breakers.tripped)).not.toEqual([]);
  });

  it('is no news where a place can not be read: what it asks for may be there', () => {
    const halt = stopped(STARTED);
    const bench = stoppedBench(halt);
    const other = { place: 'Redis', isShared: true } as const;
    const said = [
      { ...other, reading: { state: 'present', record: released(halt) } as const },
      { place: 'latch file', reading: { state: 'unreadable', why: 'garbage' } as const },
    ];
    bench.control(effectiveRecord(said, { stateDirEmpty: false }).record);
    expect(bench.state.exits).toHaveLength(1);
  });
});

describe('the record carries the newest release along', () => {
  const free = released(stopped(STARTED));
  const epochs = { all: free.epoch, any: free.epoch };

  it('through a mode, a stop and an order for all hosts', () => {
    expect(free.released).toEqual(epochs);
    expect(withMode(effective(free), SHADOW).released).toEqual(epochs);
    const order = { ...stopped(STARTED), epoch: 40 };
    expect(stopped(free).released).toEqual(epochs);
    expect(followedRecord(free, { order, followed: null })?.released).toEqual(epochs);
  });

  it('also from a record of an older build, which says it with its reason', () => {
    const old = withoutReleased(free);
    expect(withMode(effective(old), SHADOW).released).toEqual(epochs);
    const scoped = { ...old, reason: 'scope_released' };
    expect(stopped(scoped).released).toEqual({ all: 0, any: free.epoch });
    expect(STARTED).not.toHaveProperty('released');
    expect(stopped(STARTED)).not.toHaveProperty('released');
  });

  it('under the number that the change gets among several places', () => {
    const others = [
      {
        place: 'Redis',
        isShared: true,
        reading: { state: 'present', record: { ...STARTED, epoch: 12 } },
      } as const,
    ];
    const counted = stopped(STARTED);
    const mode = withMode(effective(free), SHADOW);
    for (const own of [free, mode]) {
      expect(renumberedRecord(own, { others, counted })).toMatchObject({
        ...{ epoch: 13, released: { all: 13, any: 13 } },
      });
    }
    // It was counted already: to move it would release a second time.
    expect(renumberedRecord(mode, { others, counted: free })?.released).toEqual(epochs);
  });
});

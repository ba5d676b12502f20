import { describe, expect, it } from 'vitest';
import { StepOutputs } from '../../../../src/engine/domain/emit.js';
import { e8FromNumber } from '../../../../src/engine/domain/e8.js';
import type { AllocationDecided, RegimeName, Side } from '../../../../src/engine/domain/events.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../../src/engine/domain/thresholds.js';
import {
  allocationSlot,
  cooldownRuns,
  releaseSlot,
  stopSlot,
  takeFill,
  takeRegime,
  type AllocationContext,
  type AllocationSlot,
  type AllocationState,
} from '../../../../src/engine/stages/allocation.js';
import { of } from '../fold-bench.js';

const T0_SEC = 1_600_000_000;
const HOUR_SEC = 3_600;
const DAY_SEC = 24 * HOUR_SEC;

function bench(limits: Thresholds['allocation'] = THRESHOLD_SETS.reference.allocation) {
  const all: AllocationState = new Map();
  const told: AllocationDecided[] = [];
  const at = (
    sec: number,
    act: (slot: AllocationSlot, context: AllocationContext) => void,
    symbol = 'BTCUSDT',
  ) => {
    const out = new StepOutputs(1);
    const context = { all, limits, out, at: { cause: out.inputRef, tsMs: (T0_SEC + sec) * 1_000 } };
    act(allocationSlot(all, 'paper', symbol), context);
    told.push(...of(out.facts, 'AllocationDecided'));
  };
  return {
    all,
    told,
    slot: (symbol = 'BTCUSDT') => allocationSlot(all, 'paper', symbol),
    regime: (sec: number, regime: RegimeName) => {
      at(sec, (slot, context) => {
        takeRegime(slot, { regime, candleSec: T0_SEC + sec }, context);
      });
    },
    fill: (sec: number, side: Side, price: number, qty = 1, symbol = 'BTCUSDT') => {
      at(
        sec,
        (slot, context) => {
          takeFill(slot, { side, qtyE8: e8FromNumber(qty), price }, context);
        },
        symbol,
      );
    },
    stop: (sec: number) => {
      at(sec, stopSlot);
    },
    release: (sec: number) => {
      at(sec, releaseSlot);
    },
    latest: () => {
      const { allocationFraction, reason } = told.at(-1) ?? {};
      return [allocationFraction, reason];
    },
  };
}

type Bench = ReturnType<typeof bench>;

/** A change counts only when it is seen again a minute later. */
function settleOn(run: Bench, sec: number, regime: RegimeName): void {
  run.regime(sec, regime);
  run.regime(sec + 60, regime);
}

describe('allocation with the reference thresholds', () => {
  it.each<[RegimeName, number, string]>([
    ['TREND', 0, 'regime=TREND|perf_not_ready'],
    ['RANGE', 0, 'regime=RANGE|perf_not_ready'],
    ['HIGH_VOL_CHAOTIC', 0.02, 'regime=HIGH_VOL_CHAOTIC|risk_off|perf_not_ready'],
    ['UNKNOWN', 0, 'regime=UNKNOWN'],
  ])('a fresh strategy in %s gets %d', (regime, fraction, reason) => {
    const run = bench();
    run.regime(0, regime);
    expect(run.latest()).toEqual([fraction, reason]);
  });

  it('reaches the full allocation of a range only through the small one', () => {
    const run = bench();
    run.regime(0, 'TREND');
    settleOn(run, 60, 'HIGH_VOL_CHAOTIC');
    settleOn(run, 180, 'RANGE');
    expect(run.told.map(({ allocationFraction }) => allocationFraction)).toEqual([0, 0.02, 0.1]);
  });

  it('takes a change when it is seen again at least a minute later', () => {
    const run = bench();
    run.regime(0, 'HIGH_VOL_CHAOTIC');
    run.regime(60, 'RANGE');
    run.regime(119, 'RANGE');
    expect(run.slot().regime).toBe('HIGH_VOL_CHAOTIC');
    run.regime(120, 'RANGE');
    expect(run.slot().regime).toBe('RANGE');
  });

  it('forgets a change when another regime comes between', () => {
    for (const between of ['HIGH_VOL_CHAOTIC', 'TREND'] as const) {
      const run = bench();
      run.regime(0, 'HIGH_VOL_CHAOTIC');
      run.regime(60, 'RANGE');
      run.regime(120, between);
      run.regime(180, 'RANGE');
      expect(run.slot().regime).toBe('HIGH_VOL_CHAOTIC');
      run.regime(240, 'RANGE');
      expect(run.slot().regime).toBe('RANGE');
    }
  });

  it('tells only what changed', () => {
    const run = bench();
    run.regime(0, 'HIGH_VOL_CHAOTIC');
    for (let i = 1; i < 9; i += 1) run.regime(60 * i, 'HIGH_VOL_CHAOTIC');
    run.fill(600, 'BUY', 100);
    expect(run.told).toHaveLength(1);
  });

  it('a fall to nothing sets a cooldown of 72 hours, and nothing raises it before', () => {
    const run = bench();
    run.regime(0, 'HIGH_VOL_CHAOTIC');
    settleOn(run, 60, 'UNKNOWN');
    const untilSec = T0_SEC + 120 + 72 * HOUR_SEC;
    expect(run.told.at(-1)).toMatchObject({
      allocationFraction: 0,
      reason: 'regime=UNKNOWN|cooldown_set',
      cooldownUntilSec: untilSec,
    });
    settleOn(run, 72 * HOUR_SEC, 'HIGH_VOL_CHAOTIC');
    expect(run.slot().allocationFraction).toBe(0);
    expect(cooldownRuns(run.slot(), untilSec * 1_000 - 1)).toBe(true);
    expect(cooldownRuns(run.slot(), untilSec * 1_000)).toBe(false);
    settleOn(run, 72 * HOUR_SEC + 120, 'RANGE');
    settleOn(run, 72 * HOUR_SEC + 240, 'HIGH_VOL_CHAOTIC');
    expect(run.slot().allocationFraction).toBe(0.02);
  });
});

describe('allocation with the default thresholds', () => {
  const limits = THRESHOLD_SETS.default.allocation;

  it.each<[RegimeName, number]>([
    ['TREND', 0.02],
    ['RANGE', 0.02],
    ['HIGH_VOL_CHAOTIC', 0.02],
    ['UNKNOWN', 0],
  ])(
    'a fresh strategy in %s gets the early allocation, at most its rule: %d',
    (regime, fraction) => {
      const run = bench(limits);
      run.regime(0, regime);
      expect(run.slot().allocationFraction).toBe(fraction);
    },
  );

  it('gets the full allocation once its performance counts, alone as well', () => {
    const run = bench(limits);
    run.regime(0, 'TREND');
    for (let i = 0; i < 30; i += 1) {
      run.fill(i, 'BUY', 100);
      run.fill(i, 'SELL', 101);
    }
    expect(run.slot().allocationFraction).toBe(0.02);
    run.fill(7 * DAY_SEC - 1, 'BUY', 100);
    expect(run.slot().allocationFraction).toBe(0.02);
    run.fill(7 * DAY_SEC, 'BUY', 100);
    expect(run.latest()).toEqual([0.3, 'regime=TREND']);
  });
});

describe('allocation performance', () => {
  const limits = {
    ...THRESHOLD_SETS.default.allocation,
    performanceTradesMin: 2,
    performanceSecMin: 10,
  };

  function trip(run: Bench, sec: number, exit: number, symbol = 'BTCUSDT'): void {
    run.fill(sec, 'BUY', 100, 1, symbol);
    run.fill(sec, 'SELL', exit, 1, symbol);
  }

  it('takes everything from the one that is not better than the median', () => {
    const run = bench(limits);
    for (const symbol of ['BTCUSDT', 'ETHUSDT']) {
      const exit = symbol === 'BTCUSDT' ? 99 : 105;
      run.slot(symbol).regime = 'TREND';
      trip(run, 0, exit, symbol);
      trip(run, 1, exit, symbol);
    }
    run.fill(20, 'BUY', 100, 1, 'ETHUSDT');
    run.fill(20, 'BUY', 100, 1, 'BTCUSDT');
    expect(run.slot('ETHUSDT').allocationFraction).toBe(0.3);
    expect(run.slot('BTCUSDT').allocationFraction).toBe(0);
    expect(run.told.at(-1)?.reason).toBe('regime=TREND|perf_below_median|cooldown_set');
  });

  it('keeps a bounded window of round trips, each with its return', () => {
    const run = bench({ ...limits, performanceTradesMax: 3 });
    for (const exit of [101, 102, 103, 104]) trip(run, exit, exit);
    expect(run.slot().closedTrades.map(({ returnFraction }) => returnFraction)).toEqual(
      [0.02, 0.03, 0.04].map((fraction) => expect.closeTo(fraction, 12) as number),
    );
  });

  it('a partial close keeps the average price of the rest', () => {
    const run = bench(limits);
    run.fill(0, 'BUY', 100, 1);
    run.fill(1, 'BUY', 200, 3);
    expect(run.slot().avgPrice).toBeCloseTo(175, 12);
    run.fill(2, 'SELL', 350, 1);
    run.fill(3, 'SELL', 350, 9);
    expect(run.slot().avgPrice).toBeCloseTo(175, 12);
    expect(run.slot().qtyE8).toBe(0n);
    expect(run.slot().closedTrades.map(({ returnFraction }) => returnFraction)).toEqual([1, 1]);
    run.fill(4, 'SELL', 350, 1);
    expect(run.slot().closedTrades).toHaveLength(2);
  });
});

describe('allocation of a stopped strategy', () => {
  it('is nothing, whatever the regime does, until the release', () => {
    const run = bench(THRESHOLD_SETS.default.allocation);
    run.regime(0, 'TREND');
    run.stop(10);
    expect(run.latest()).toEqual([0, 'regime=TREND|shutdown|cooldown_set']);
    settleOn(run, 60, 'RANGE');
    expect(run.slot().allocationFraction).toBe(0);
    run.release(300);
    expect(run.latest()).toEqual([0.02, 'regime=RANGE|perf_not_ready']);
    expect(run.slot().cooldownUntilSec).toBeNull();
  });

  it('a release changes nothing for a strategy that was not stopped', () => {
    const run = bench();
    run.regime(0, 'HIGH_VOL_CHAOTIC');
    settleOn(run, 60, 'UNKNOWN');
    const { cooldownUntilSec } = run.slot();
    run.release(300);
    expect(run.slot().cooldownUntilSec).toBe(cooldownUntilSec);
    expect(run.told).toHaveLength(2);
  });
});

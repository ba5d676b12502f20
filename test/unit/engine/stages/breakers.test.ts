import { describe, expect, it } from 'vitest';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';
import {
  blockingBreaker,
  breakerSeen,
  initialBreakers,
  noteOrder,
  noteOutcome,
  resetBreakers,
  tripBreaker,
  type BreakerFigures,
  type BreakerState,
} from '../../../../src/engine/stages/breakers.js';
import { T0 } from './market-fold.js';

const DEFAULT = THRESHOLD_SETS.default;
const LIMITS = { ...DEFAULT, breaker: { ...DEFAULT.breaker, confirmBreaches: 1 } };
const CALM: BreakerFigures = { dailyLossFraction: 0, drawdownFraction: 0, lossFraction: 0 };

/** As a decision does it: what trips now is latched. */
function trip(state: BreakerState, figures: BreakerFigures, nowMs: number, limits = LIMITS) {
  return tripBreaker(state, breakerSeen(state, figures, nowMs), limits, nowMs);
}

function blocking(state: BreakerState, nowMs: number, figures = CALM) {
  return blockingBreaker(breakerSeen(state, figures, nowMs), LIMITS);
}

describe('breakers', () => {
  it.each<[keyof BreakerFigures, number, number, string]>([
    ['dailyLossFraction', 0.0499, 0.05, 'daily_drawdown'],
    ['drawdownFraction', 0.15, 0.1501, 'drawdown'],
    ['lossFraction', 0.05, 0.0501, 'loss'],
  ])('%s trips at its limit: %d passes, %d trips %s', (figure, passes, trips, name) => {
    const state = initialBreakers();
    expect(trip(state, { ...CALM, [figure]: passes }, T0)).toBeNull();
    expect(blocking(state, T0)).toBeNull();
    expect(trip(state, { ...CALM, [figure]: trips }, T0)).toBe(name);
    expect(blocking(state, T0)).toBe(name);
  });

  it('blocks the decision of a single bad tick, and trips for good at the third of five', () => {
    const state = initialBreakers();
    const look = (lossFraction: number, n: number) =>
      trip(state, { ...CALM, lossFraction }, T0 + n, DEFAULT);
    expect(look(1, 1)).toBeNull();
    expect(blocking(state, T0 + 1, { ...CALM, lossFraction: 1 })).toBe('loss');
    for (let n = 2; n < 6; n += 1) expect(look(0, n)).toBeNull();
    expect(blocking(state, T0 + 5)).toBeNull();
    // Three of five, and not three of more.
    expect([1, 0, 0, 1, 0, 0, 1, 0, 0].map((loss, n) => look(loss, 10 + n))).toEqual(
      new Array(9).fill(null),
    );
    expect([1, 1].map((loss, n) => look(loss, 20 + n))).toEqual([null, 'loss']);
    expect(look(0, 30)).toBeNull();
    expect(blocking(state, T0 + 30)).toBe('loss');
  });

  it('stays tripped when the figures recover, tells it once, and a release resets it', () => {
    const state = initialBreakers();
    expect(trip(state, { ...CALM, lossFraction: 1 }, T0)).toBe('loss');
    expect(trip(state, { ...CALM, drawdownFraction: 1 }, T0 + 1)).toBeNull();
    expect(trip(state, CALM, T0 + 1e9)).toBeNull();
    expect(blocking(state, T0 + 1e9)).toBe('loss');
    expect(state.tripped).toEqual({ loss: T0 });
    resetBreakers(state);
    expect(blocking(state, T0 + 1e9)).toBeNull();
  });

  it('judges the error rate over the newest hundred outcomes, from thirty on', () => {
    const state = initialBreakers();
    for (let i = 0; i < 29; i += 1) noteOutcome(state, true);
    expect(trip(state, CALM, T0)).toBeNull();
    for (let i = 0; i < 271; i += 1) noteOutcome(state, i % 10 === 0);
    expect(state.outcomes).toHaveLength(100);
    expect(trip(state, CALM, T0)).toBeNull();
    noteOutcome(state, true);
    noteOutcome(state, true);
    expect(trip(state, CALM, T0)).toBe('error_rate');
  });

  it('forgets orders after a minute, also when nobody asks for the frequency', () => {
    const state = initialBreakers();
    for (let i = 0; i < 10_000; i += 1) noteOrder(state, T0 + i * 1_000);
    expect(state.orderTimesMs.length).toBeLessThanOrEqual(60);
    expect(blocking(state, T0 + 9_999_000)).toBe('frequency');
    expect(blocking(state, T0 + 10_000_000)).toBeNull();
  });
});

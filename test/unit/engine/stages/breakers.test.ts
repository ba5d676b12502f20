import { describe, expect, it } from 'vitest';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';
import {
  blockingBreaker,
  initialBreakers,
  noteOrder,
  noteOutcome,
  resetBreakers,
  tripBreaker,
  type BreakerFigures,
} from '../../../../src/engine/stages/breakers.js';
import { T0 } from './market-fold.js';

const breaker = { ...THRESHOLD_SETS.default.breaker, confirmBreaches: 1 };
const LIMITS = { breaker, dailyMaxFraction: 0.05 };
const CALM: BreakerFigures = { dailyLossFraction: 0, drawdownFraction: 0, lossFraction: 0 };

describe('breakers', () => {
  it.each<[keyof BreakerFigures, number, number, string]>([
    ['dailyLossFraction', 0.0499, 0.05, 'daily_drawdown'],
    ['drawdownFraction', 0.15, 0.1501, 'drawdown'],
    ['lossFraction', 0.05, 0.0501, 'loss'],
  ])('%s trips at its limit: %d passes, %d trips %s', (figure, passes, trips, name) => {
    const state = initialBreakers();
    expect(tripBreaker(state, { ...CALM, [figure]: passes }, LIMITS, T0)).toBeNull();
    expect(blockingBreaker(state, breaker, T0)).toBeNull();
    expect(tripBreaker(state, { ...CALM, [figure]: trips }, LIMITS, T0)).toBe(name);
    expect(blockingBreaker(state, breaker, T0)).toBe(name);
  });

  it('blocks the decision of a single bad tick, and trips for good at the third of five', () => {
    const state = initialBreakers();
    const limits = { ...LIMITS, breaker: THRESHOLD_SETS.default.breaker };
    const look = (lossFraction: number, n: number) =>
      tripBreaker(state, { ...CALM, lossFraction }, limits, T0 + n);
    expect(look(1, 1)).toBeNull();
    expect(blockingBreaker(state, breaker, T0 + 1)).toBe('loss');
    for (let n = 2; n < 6; n += 1) expect(look(0, n)).toBeNull();
    expect(blockingBreaker(state, breaker, T0 + 5)).toBeNull();
    // Three of five, and not three of more.
    expect([1, 0, 0, 1, 0, 0, 1, 0, 0].map((loss, n) => look(loss, 10 + n))).toEqual(
      new Array(9).fill(null),
    );
    expect([1, 1].map((loss, n) => look(loss, 20 + n))).toEqual([null, 'loss']);
    expect(look(0, 30)).toBeNull();
    expect(blockingBreaker(state, breaker, T0 + 30)).toBe('loss');
  });

  it('stays tripped when the figures recover, tells it once, and a release resets it', () => {
    const state = initialBreakers();
    expect(tripBreaker(state, { ...CALM, lossFraction: 1 }, LIMITS, T0)).toBe('loss');
    expect(tripBreaker(state, { ...CALM, drawdownFraction: 1 }, LIMITS, T0 + 1)).toBeNull();
    expect(tripBreaker(state, CALM, LIMITS, T0 + 1e9)).toBeNull();
    expect(blockingBreaker(state, breaker, T0 + 1e9)).toBe('loss');
    expect(state.tripped).toEqual({ loss: T0 });
    resetBreakers(state);
    expect(blockingBreaker(state, breaker, T0 + 1e9)).toBeNull();
  });

  it('judges the error rate over the newest hundred outcomes, from thirty on', () => {
    const state = initialBreakers();
    for (let i = 0; i < 29; i += 1) noteOutcome(state, true);
    expect(tripBreaker(state, CALM, LIMITS, T0)).toBeNull();
    for (let i = 0; i < 271; i += 1) noteOutcome(state, i % 10 === 0);
    expect(state.outcomes).toHaveLength(100);
    expect(tripBreaker(state, CALM, LIMITS, T0)).toBeNull();
    noteOutcome(state, true);
    noteOutcome(state, true);
    expect(tripBreaker(state, CALM, LIMITS, T0)).toBe('error_rate');
  });

  it('forgets orders after a minute, also when nobody asks for the frequency', () => {
    const state = initialBreakers();
    for (let i = 0; i < 10_000; i += 1) noteOrder(state, T0 + i * 1_000);
    expect(state.orderTimesMs.length).toBeLessThanOrEqual(60);
    expect(blockingBreaker(state, breaker, T0 + 9_999_000)).toBe('frequency');
    expect(blockingBreaker(state, breaker, T0 + 10_000_000)).toBeNull();
  });
});

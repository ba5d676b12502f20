import { describe, expect, test } from 'vitest';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';
import type { RegimeName } from '../../../../src/engine/domain/events.js';
import {
  initialMarketState,
  marketView,
  noteRegime,
  noteTick,
  updateMarketState,
} from '../../../../src/engine/stages/market-state.js';
import type { ClosedCandle } from '../../../../src/engine/stages/candles.js';
import { outputs, T0 } from './market-fold.js';

const LIMITS = THRESHOLD_SETS.reference.regime;
const SYMBOL = 'BTCUSDT';
const startSecOf = (minute: number): number => T0 / 1000 + minute * 60;

function candle(minute: number, close: number): ClosedCandle {
  const startSec = startSecOf(minute);
  const e8 = BigInt(close) * 100_000_000n;
  const ref = { seq: minute, ord: 3 };
  const tsMs = (startSec + 60) * 1000;
  return { ref, symbol: SYMBOL, startSec, intervalSec: 60, tsMs, high: e8, low: e8, close: e8 };
}

function fold(closes: readonly number[], regime?: { regime: RegimeName; minute: number }) {
  const state = initialMarketState();
  const out = outputs();
  if (regime !== undefined) {
    const candleSec = startSecOf(regime.minute);
    noteRegime(state, { symbol: SYMBOL, regime: regime.regime, candleSec, heartbeat: false });
  }
  noteTick(state, SYMBOL, T0 + 1);
  closes.forEach((close, minute) => {
    updateMarketState(state, candle(minute, close), LIMITS, out);
  });
  return { state, facts: out.facts };
}

describe('updateMarketState', () => {
  test('needs six candles', () => {
    const { state, facts } = fold([100, 101, 102, 103, 104]);
    expect(facts).toEqual([]);
    expect(marketView(state, SYMBOL)).toMatchObject({ lastTickTsMs: T0 + 1, returns: null });
    expect(marketView(state, 'ETHUSDT')).toEqual({ lastTickTsMs: null, returns: null });
  });

  test('compares the newest close with those one and five candles before, in pp', () => {
    const { facts } = fold([90, 100, 101, 102, 103, 100, 98]);
    expect(facts).toHaveLength(2);
    expect(facts[1]).toEqual({
      ref: { seq: 1, ord: 1 },
      kind: 'MarketStateUpdated',
      cause: { seq: 6, ord: 3 },
      tsMs: T0 + 7 * 60_000,
      symbol: SYMBOL,
      return1mPp: ((98 - 100) / 100) * 100,
      return5mPp: ((98 - 100) / 100) * 100,
      priceChange5mPp: 2,
      closeNow: 98,
      close1mAgo: 100,
      close5mAgo: 100,
      lastTickTsMs: T0 + 1,
      regimeId: null,
    });
  });

  test.each<[RegimeName, number | null]>([
    ['TREND', 0],
    ['RANGE', 1],
    ['HIGH_VOL_CHAOTIC', 2],
    ['UNKNOWN', null],
  ])('gives regime %s the id %s', (regime, id) => {
    const { state } = fold([1, 1, 1, 1, 1, 1], { regime, minute: 5 });
    expect(marketView(state, SYMBOL).returns?.regimeId).toBe(id);
  });

  test('takes a regime entry up to 300 s older than the candle, and none that is newer', () => {
    const idWith = (minute: number): number | null | undefined =>
      marketView(fold([1, 1, 1, 1, 1, 1], { regime: 'RANGE', minute }).state, SYMBOL).returns
        ?.regimeId;
    expect([-1, 0, 5, 6].map(idWith)).toEqual([null, 1, 1, null]);
  });
});

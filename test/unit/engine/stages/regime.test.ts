import { describe, expect, test } from 'vitest';
import { THRESHOLD_SETS, type Thresholds } from '../../../../src/engine/domain/thresholds.js';
import type { ClosedCandle } from '../../../../src/engine/stages/candles.js';
import { initialRegime, observeRegime, regimeOf } from '../../../../src/engine/stages/regime.js';
import { outputs, T0 } from './market-fold.js';

/** Short periods, so that two bars decide. */
const LIMITS: Thresholds['regime'] = {
  ...THRESHOLD_SETS.reference.regime,
  adxPeriod: 1,
  atrPeriod: 1,
  atrHighVol: 50,
  confirmationBars: 3,
};

function candle(minute: number, low: number, high: number): ClosedCandle {
  const e8 = (value: number): bigint => BigInt(value) * 100_000_000n;
  const startSec = T0 / 1000 + minute * 60;
  return {
    ref: { seq: minute, ord: 0 },
    symbol: 'BTCUSDT',
    startSec,
    intervalSec: 60,
    tsMs: (startSec + 60) * 1000,
    high: e8(high),
    low: e8(low),
    close: e8((low + high) / 2),
  };
}

/** Each entry as `minute regime`, heartbeats with a `+`. */
function entries(candles: readonly ClosedCandle[], limits = LIMITS): string[] {
  const state = initialRegime();
  return candles.flatMap((one) => {
    const entry = observeRegime(state, one, limits, outputs());
    if (entry === null) return [];
    const minute = (entry.candleSec - T0 / 1000) / 60;
    return [`${minute} ${entry.regime}${entry.heartbeat ? '+' : ''}`];
  });
}

const still = (minute: number): ClosedCandle => candle(minute, 1000, 1002);
const rising = (minute: number): ClosedCandle => candle(minute, 1000 + minute, 1002 + minute);
const wild = (minute: number): ClosedCandle => candle(minute, 900, 1100);

describe('observeRegime', () => {
  test('starts UNKNOWN, without entries, until three candles agree', () => {
    const state = initialRegime();
    const out = outputs();
    observeRegime(state, still(0), LIMITS, out);
    observeRegime(state, still(1), LIMITS, out);
    expect(out.facts.map(({ kind }) => kind)).toEqual(['RegimeMeasured', 'RegimeMeasured']);
    expect(out.facts[0]).toMatchObject({ atr: null, adx: null, regime: 'UNKNOWN' });
    expect(regimeOf(state, 'BTCUSDT')).toMatchObject({ current: 'UNKNOWN', atr: 2, adx: 0 });
    expect(entries([0, 1, 2, 3].map(still))).toEqual(['3 RANGE']);
  });

  test('repeats an unchanged regime every heartbeat of candle time', () => {
    const limits = { ...LIMITS, heartbeatSec: 120 };
    expect(entries([0, 1, 2, 3, 4, 5, 6, 20].map(still), limits)).toEqual([
      '3 RANGE',
      '5 RANGE+',
      '20 RANGE+',
    ]);
  });

  test('a candle that disagrees starts the confirmation again', () => {
    const candles = [0, 1, 2, 3].map(still);
    candles.push(wild(4), wild(5), still(6), still(7), wild(8), wild(9), wild(10));
    const changes = entries(candles).filter((entry) => !entry.endsWith('+'));
    expect(changes).toEqual(['3 RANGE', '10 HIGH_VOL_CHAOTIC']);
  });

  test('two candidates do not confirm each other', () => {
    const candles = [0, 1, 2, 3].map(still);
    candles.push(wild(4), wild(5));
    candles.push(candle(6, 1090, 1102), candle(7, 1091, 1103), candle(8, 1092, 1104));
    const changes = entries(candles, { ...LIMITS, atrHighVol: 150 });
    expect(changes.filter((entry) => !entry.endsWith('+'))).toEqual(['3 RANGE', '8 TREND']);
  });

  test('knows a trend, and keeps the current regime between the two ADX limits', () => {
    expect(entries([0, 1, 2, 3].map(rising))).toEqual(['3 TREND']);
    const between = { ...LIMITS, adxTrend: 101, adxRange: 99 };
    expect(entries([0, 1, 2, 3].map(rising), between)).toEqual([]);
  });

  test('an ATR at the limit is high volatility, absolute or relative to the price', () => {
    const at = (limits: Partial<Thresholds['regime']>): string | undefined =>
      entries([0, 1, 2, 3].map(still), { ...LIMITS, ...limits })[0];
    expect(at({ atrHighVol: 2 })).toBe('3 HIGH_VOL_CHAOTIC');
    expect(at({ atrHighVol: 2.001 })).toBe('3 RANGE');
    const bps = (2 / 1001) * 10_000;
    expect(at({ atrHighVol: null, atrHighVolBps: bps })).toBe('3 HIGH_VOL_CHAOTIC');
    expect(at({ atrHighVol: null, atrHighVolBps: bps + 0.01 })).toBe('3 RANGE');
    expect(at({ atrHighVol: null, atrHighVolBps: null })).toBe('3 RANGE');
  });

  test('looks back over five periods and no further', () => {
    const state = initialRegime();
    for (let minute = 0; minute < 40; minute += 1) {
      observeRegime(state, still(minute), { ...LIMITS, adxPeriod: 3 }, outputs());
    }
    expect(state.symbols.get('BTCUSDT')?.bars.closes).toHaveLength(15);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { THRESHOLD_SETS, type Thresholds } from '../../../../src/engine/domain/thresholds.js';
import { momentumSignal } from '../../../../src/engine/stages/signal-momentum.js';
import { marketFold, tradesOf } from './market-fold.js';

interface ReferenceCandle {
  readonly ts: string;
  readonly symbol: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly trades: string;
  readonly atr14: number | null;
  readonly adx14: number | null;
  readonly regime: string;
}

interface Reference {
  readonly settings: Readonly<Record<string, number>>;
  readonly candles: readonly ReferenceCandle[];
  readonly regime_entries: readonly { readonly ts: number; readonly regime: string }[];
  readonly pct_change: {
    readonly count: number;
    readonly first_20: readonly number[];
    readonly sum: number;
    readonly 'momentum_buy_count_at_0.005_pp': number;
    readonly momentum_buy_first_20_trade_index: readonly number[];
    readonly momentum_buy_last_5_trade_index: readonly number[];
  };
}

const REFERENCES = [
  { name: 'xrpeth', file: 'xrpeth', candles: 1230 },
  { name: 'btcusdt', file: 'btcusdt', candles: 11 },
  { name: 'btcperp', file: 'sample', candles: 125 },
  { name: 'btcperp_no_atr_limit', file: 'sample', candles: 125 },
] as const;

describe.each(REFERENCES)('market stages reproduce the reference on $name', (vector) => {
  const reference = readReference(vector.name);
  const fold = marketFold(thresholdsOf(reference.settings));
  const changes = tradesOf(vector.file).map((trade) => {
    const result = fold.step(trade);
    return typeof result === 'string' ? null : result;
  });

  test('every trade is accepted', () => {
    expect(fold.state.intake.faults).toEqual({});
  });

  test('candles agree in every text', () => {
    expect(reference.candles).toHaveLength(vector.candles);
    const candles = fold.factsOf('CandleClosed').map((candle) => ({
      ts: String(candle.startSec),
      symbol: candle.symbol,
      timeframe: `${candle.intervalSec}s`,
      open: candle.open,
      high: candle.high,
      low: candle.low,
      close: candle.close,
      volume: candle.volume,
      trades: String(candle.trades),
    }));
    expect(candles).toEqual(reference.candles.map(withoutIndicators));
  });

  test('ATR and ADX agree to 1e-12', () => {
    const measured = fold.factsOf('RegimeMeasured');
    expect(measured).toHaveLength(reference.candles.length);
    measured.forEach(({ atr, adx }, index) => {
      expectClose(atr, reference.candles[index]!.atr14);
      expectClose(adx, reference.candles[index]!.adx14);
    });
  });

  test('the regime agrees at every candle, and so do its changes', () => {
    const regimes = fold.factsOf('RegimeMeasured').map(({ regime }) => regime);
    expect(regimes).toEqual(reference.candles.map(({ regime }) => regime));
    const changed = fold.factsOf('RegimeObserved').filter(({ heartbeat }) => !heartbeat);
    const entries = changed.map(({ candleSec, regime }) => ({ ts: candleSec, regime }));
    expect(entries).toEqual(reference.regime_entries);
  });

  test('tick-to-tick change and momentum agree', () => {
    const expected = reference.pct_change;
    const changesPp = changes.map((change) => change?.changePp ?? Number.NaN);
    expect(changesPp).toHaveLength(expected.count);
    expected.first_20.forEach((value, index) => {
      expectClose(changesPp[index]!, value);
    });
    expectClose(
      changesPp.reduce((total, value) => total + value, 0),
      expected.sum,
    );
    const limits = THRESHOLD_SETS.reference.signal;
    const buys = changes.flatMap((change, index) =>
      change !== null && momentumSignal(change.changePp ?? 0, change.trade.qty, limits) !== null
        ? [index]
        : [],
    );
    expect(buys).toHaveLength(expected['momentum_buy_count_at_0.005_pp']);
    expect(buys.slice(0, 20)).toEqual(expected.momentum_buy_first_20_trade_index);
    expect(buys.slice(-5)).toEqual(expected.momentum_buy_last_5_trade_index);
  });
});

function readReference(name: string): Reference {
  const file = `../../../fixtures/vectors/reference_stages_${name}.json`;
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Reference;
}

function thresholdsOf(settings: Reference['settings']): Thresholds {
  const { reference } = THRESHOLD_SETS;
  const regime = {
    ...reference.regime,
    adxPeriod: settings['adx_period']!,
    atrPeriod: settings['atr_period']!,
    adxTrend: settings['adx_trend']!,
    adxRange: settings['adx_range']!,
    atrHighVol: settings['atr_high_vol']!,
    confirmationBars: settings['confirmation_bars']!,
  };
  return {
    ...reference,
    candle: { ...reference.candle, intervalSec: settings['interval_s']! },
    regime,
  };
}

function withoutIndicators(candle: ReferenceCandle): object {
  const indicators = ['atr14', 'adx14', 'regime'];
  return Object.fromEntries(Object.entries(candle).filter(([name]) => !indicators.includes(name)));
}

function expectClose(actual: number | null, expected: number | null): void {
  if (actual === null || expected === null || expected === 0) {
    expect(actual).toBe(expected);
    return;
  }
  expect(Math.abs(actual - expected) / Math.abs(expected)).toBeLessThanOrEqual(1e-12);
}

import fc from 'fast-check';
import { e8FromNumber } from '../../../../src/engine/domain/e8.js';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';
import type { RecordedCase } from '../../../../src/engine/explain/recorded-case.js';

const NOW_MS = 1_723_100_000_000;
const e8 = e8FromNumber;

const { gate, risk, breaker } = THRESHOLD_SETS.default;

/** An entry that passes, far from no limit. */
export const PASSING: RecordedCase = {
  values: {
    symbol: 'ETHUSDT',
    nowMs: NOW_MS,
    regimeId: 0,
    return1mPp: 0.1,
    return5mPp: 0.2,
    priceChange5mPp: 0.2,
    pctChange15mPp: 0.5,
    volume15m: 3,
    dailyDrawdownPp: 0,
    totalExposurePp: 1,
    slippagePp: 0.01,
    signalTsMs: NOW_MS - 10,
    marketStateTsMs: NOW_MS - 400,
    accountStateTsMs: NOW_MS - 10,
    marketHealthTsMs: NOW_MS - 10,
    lastTickTsMs: NOW_MS - 400,
  },
  gateLimits: gate,
  risk: {
    limits: { risk, breaker },
    inputs: {
      symbol: 'ETHUSDT',
      strategyId: 'paper',
      side: 'BUY',
      origin: 'signal',
      priceE8: e8(100),
      nowMs: NOW_MS,
      gate: { decision: 'ALLOW', reasonCode: null },
      level: 'TRADING',
      mode: 'paper',
      auditStalled: null,
      regime: 'TREND',
      stopped: false,
      allocationFraction: 0.02,
      cooldownUntilSec: null,
      breaker: null,
      outcomes: 0,
      outcomesFailed: 0,
      ordersLastMin: 0,
      drawdownFraction: 0,
      dailyDrawdownPp: 0,
      dailyPnlE8: 0n,
      equityE8: e8(10_000),
      reducibleE8: 0n,
      totalExposureE8: e8(100),
      load: { longE8: e8(1), shortE8: e8(1), priceE8: e8(100) },
      canary: null,
    },
  },
};

type Inputs = NonNullable<RecordedCase['risk']>['inputs'];

export function caseWith(
  change: {
    readonly values?: Partial<RecordedCase['values']>;
    readonly inputs?: Partial<Inputs>;
    readonly risk?: Partial<typeof risk>;
    readonly breaker?: Partial<typeof breaker>;
    readonly gateLimits?: Partial<typeof gate>;
  } = {},
): RecordedCase {
  return {
    values: { ...PASSING.values, ...change.values },
    gateLimits: { ...gate, ...change.gateLimits },
    risk: {
      limits: { risk: { ...risk, ...change.risk }, breaker: { ...breaker, ...change.breaker } },
      inputs: { ...(PASSING.risk?.inputs as Inputs), ...change.inputs },
    },
  };
}

const near = (limit: number, spread: number) =>
  fc.oneof(
    fc.constant(limit),
    fc.double({ min: limit - spread, max: limit + spread, noNaN: true }),
    fc.integer({ min: -3, max: 3 }).map((steps) => limit + steps * 1e-8),
  );
const mostly = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const missing = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 12 });
const fraction = (max: number) => fc.double({ min: 0, max, noNaN: true });
const amountE8 = (max: number) => fc.bigInt({ min: 0n, max: e8(max) });

/** Mostly as it passes, so that a case has few faults. */
const few = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const anyValues = fc.record({
  regimeId: mostly<number | null>(0, fc.constantFrom(null, 1, 2, 3)),
  return1mPp: few(PASSING.values.return1mPp, missing(near(-2, 3))),
  return5mPp: few(PASSING.values.return5mPp, missing(near(-5, 8))),
  priceChange5mPp: few(PASSING.values.priceChange5mPp, missing(near(10, 22))),
  pctChange15mPp: few(PASSING.values.pctChange15mPp, missing(near(0.1, 0.4))),
  volume15m: few(PASSING.values.volume15m, missing(near(0.165, 0.16))),
  slippagePp: few(PASSING.values.slippagePp, missing(near(1, 1))),
  signalTsMs: few(
    PASSING.values.signalTsMs,
    missing(fc.integer({ min: NOW_MS - 7_000, max: NOW_MS })),
  ),
  marketStateTsMs: few(
    PASSING.values.marketStateTsMs,
    missing(fc.integer({ min: NOW_MS - 60_000, max: NOW_MS })),
  ),
  lastTickTsMs: few(
    PASSING.values.lastTickTsMs,
    missing(fc.integer({ min: NOW_MS - 40_000, max: NOW_MS })),
  ),
});

const anyLoad = fc
  .record({ longE8: amountE8(12), soldE8: amountE8(12), priceE8: amountE8(200) })
  .map(({ longE8, soldE8, priceE8 }) => ({
    longE8,
    shortE8: soldE8 > longE8 ? 0n : longE8 - soldE8,
    priceE8,
  }));

const anyCanary = fc.record({
  isActive: mostly(true, fc.constant(false)),
  symbol: mostly('ETHUSDT', fc.constant('BTCUSDT')),
  openOrders: few(0, fc.integer({ min: 0, max: 2 })),
  openOrdersMax: fc.constant(1),
  ordersSent: few(0, fc.integer({ min: 0, max: 4 })),
  ordersMax: fc.constant(3),
  cooldownLeftMs: few(0, fc.integer({ min: 0, max: 60_000 })),
  notionalPerOrderE8: mostly(e8(20), amountE8(50)),
  notionalSentE8: few(0n, amountE8(50)),
  notionalTotalE8: fc.constant(e8(50)),
});

const anyInputs = fc
  .record({
    side: mostly<'BUY' | 'SELL'>('BUY', fc.constant('SELL')),
    symbol: fc.constantFrom('ETHUSDT', 'BTCUSDT'),
    strategyId: mostly('paper', fc.constant('')),
    priceE8: mostly(e8(100), amountE8(90_000)),
    level: mostly<Inputs['level']>('TRADING', fc.constantFrom('REDUCING', 'HALTED')),
    auditStalled: mostly<string | null>(null, fc.constant('away')),
    regime: mostly('TREND', fc.constant('HIGH_VOL_CHAOTIC')),
    stopped: mostly(false, fc.constant(true)),
    allocationFraction: mostly(0.02, fraction(1)),
    cooldownUntilSec: mostly<number | null>(
      null,
      fc.integer({ min: 1_723_099_000, max: 1_723_101_000 }),
    ),
    breaker: mostly<Inputs['breaker']>(null, fc.constantFrom('loss', 'daily_drawdown')),
    outcomes: fc.integer({ min: 20, max: 100 }),
    outcomesFailed: few(0, fc.integer({ min: 0, max: 12 })),
    ordersLastMin: few(0, fc.integer({ min: 55, max: 70 })),
    drawdownFraction: few(0, fraction(0.2)),
    dailyDrawdownPp: few(0, near(5, 5)),
    equityE8: few(e8(10_000), fc.bigInt({ min: e8(9_400), max: e8(11_000) })),
    reducibleE8: mostly(0n, amountE8(3)),
    otherExposureE8: few(0n, amountE8(3_500)),
    load: few({ longE8: e8(1), shortE8: e8(1), priceE8: e8(100) }, anyLoad),
    canary: mostly(null, anyCanary),
  })
  .map(({ otherExposureE8, load, ...inputs }) => ({
    ...inputs,
    load,
    totalExposureE8:
      otherExposureE8 +
      ((load.longE8 > load.shortE8 ? load.longE8 : load.shortE8) * load.priceE8) / 100_000_000n,
  }));

/** Close to limits more often than far from them, with and without the record of the layers. */
export const anyCase: fc.Arbitrary<RecordedCase> = fc
  .record({ values: anyValues, inputs: anyInputs, onlyGate: mostly(false, fc.constant(true)) })
  .map(({ values, inputs, onlyGate }) => {
    const recorded = caseWith({ values, inputs });
    return onlyGate ? { ...recorded, risk: null } : recorded;
  });

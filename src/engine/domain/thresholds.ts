/**
 * Every number that steers the fold, with its unit in its name. Two sets ship: `reference`, the
 * deployed values of the original, and `default`, consistent units and limits with which real
 * markets produce both ALLOW and BLOCK.
 */
export interface Thresholds {
  readonly intake: {
    /** A trade further ahead of trusted time than this is refused. */
    readonly futureMsMax: number;
    /** A price further than this factor from the last one is refused until two others confirm it. */
    readonly priceJumpFactorMax: number;
    readonly symbolsMax: number;
  };
  readonly candle: { readonly intervalSec: number; readonly closeGraceMs: number };
  readonly regime: {
    readonly adxPeriod: number;
    readonly atrPeriod: number;
    readonly adxTrend: number;
    readonly adxRange: number;
    /** Absolute ATR limit in quote units; null = off. */
    readonly atrHighVol: number | null;
    /** ATR limit relative to the close, in bps of price; null = off. */
    readonly atrHighVolBps: number | null;
    readonly confirmationBars: number;
    readonly heartbeatSec: number;
    readonly stalenessSec: number;
  };
  readonly allocation: {
    readonly minStableSec: number;
    /** Target fraction per regime; a regime that is not listed gets 0. */
    readonly ruleFraction: Readonly<Record<string, number>>;
    readonly earlyFraction: number;
    /** A fresh strategy gets `earlyFraction` until its performance counts, instead of 0. */
    readonly earlyEnabled: boolean;
    readonly cooldownSec: number;
    readonly performanceTradesMin: number;
    readonly performanceTradesMax: number;
    readonly performanceSecMin: number;
    readonly emaAlpha: number;
  };
  readonly signal: {
    readonly adapter: 'momentum_builtin' | 'primary_breakout_v1';
    readonly strategyId: string;
    /** One symbol, or `*` for every symbol of the feed. */
    readonly symbol: string;
    readonly botId: string;
    readonly thresholdPp: number;
    readonly volumeMin: number;
    readonly marketStateStalenessSec: number;
    readonly entryLookbackMin: number;
    readonly exitLookbackMin: number;
    readonly bufferFraction: number;
    readonly entryGapMin: number;
  };
  readonly gate: GateThresholds;
  readonly risk: {
    readonly balanceUsdt: number;
    readonly maxPositionFraction: number;
    readonly maxTotalExposureFraction: number;
    readonly maxDailyDrawdownFraction: number;
    readonly stopLossFraction: number;
    readonly earlyLiveMaxAllocFraction: number;
    /** An order is never filled further than this from its decision price; reservations assume it. */
    readonly priceBoundBps: number;
    readonly autoUnwind: boolean;
  };
  readonly breaker: {
    readonly errorRateMaxFraction: number;
    readonly errorRateOrdersMin: number;
    readonly drawdownMaxFraction: number;
    readonly lossMaxFraction: number;
    readonly ordersPerMinMax: number;
    /** So many breaches among the newest decisions trip a breaker until a release. */
    readonly confirmBreaches: number;
    readonly confirmDecisions: number;
  };
  /** Closing positions on behalf of a stop. */
  readonly exit: {
    /** Orders for one symbol that come to nothing, one after another, before it is given up. */
    readonly triesMax: number;
    readonly retryMs: number;
  };
  readonly paper: {
    readonly latencyMsMin: number;
    readonly latencyMsMax: number;
    readonly orderTimeoutMs: number;
    readonly slippageBpsMax: number;
    readonly feeBps: number;
    readonly partialFraction: number;
    readonly rejectFraction: number;
  };
}

/** Limits of `decide` (domain.md 3.4); `Pp` are percentage points. */
export interface GateThresholds {
  readonly return1mPpMin: number;
  readonly return5mPpMin: number;
  readonly priceChange5mPpAbsMax: number;
  readonly stalenessSecMax: number;
  readonly dataSilenceSecMax: number;
  readonly pctChange15mPpMin: number;
  readonly volume15mMin: number;
  readonly dailyDrawdownPpMax: number;
  readonly totalExposurePpMax: number;
  readonly slippagePpMax: number;
}

const HOUR_SEC = 3600;
const DAY_SEC = 24 * HOUR_SEC;

const REFERENCE: Thresholds = {
  intake: { futureMsMax: 60_000, priceJumpFactorMax: 1.5, symbolsMax: 200 },
  candle: { intervalSec: 60, closeGraceMs: 2_000 },
  regime: {
    adxPeriod: 14,
    atrPeriod: 14,
    adxTrend: 25,
    adxRange: 20,
    atrHighVol: 2,
    atrHighVolBps: null,
    confirmationBars: 3,
    heartbeatSec: 60,
    stalenessSec: 300,
  },
  allocation: {
    minStableSec: 60,
    ruleFraction: {
      STEADY_BULLISH: 0.3,
      TREND: 0.3,
      VOLATILE_RANGE: 0.1,
      RANGE: 0.1,
      HIGH_VOL_CHAOTIC: 0.02,
      UNKNOWN: 0,
    },
    earlyFraction: 0.02,
    earlyEnabled: false,
    cooldownSec: 72 * HOUR_SEC,
    performanceTradesMin: 30,
    performanceTradesMax: 30,
    performanceSecMin: 7 * DAY_SEC,
    emaAlpha: 0.3,
  },
  signal: {
    adapter: 'momentum_builtin',
    strategyId: 'paper',
    symbol: '*',
    botId: '',
    thresholdPp: 0.005,
    volumeMin: 0,
    marketStateStalenessSec: 30,
    entryLookbackMin: 240,
    exitLookbackMin: 120,
    bufferFraction: 0.0005,
    entryGapMin: 60,
  },
  gate: {
    return1mPpMin: -2,
    return5mPpMin: -5,
    priceChange5mPpAbsMax: 10,
    stalenessSecMax: 5,
    dataSilenceSecMax: 30,
    pctChange15mPpMin: 3,
    volume15mMin: 0.165,
    dailyDrawdownPpMax: 5,
    totalExposurePpMax: 50,
    slippagePpMax: 1,
  },
  risk: {
    balanceUsdt: 10_000,
    maxPositionFraction: 0.1,
    maxTotalExposureFraction: 0.3,
    maxDailyDrawdownFraction: 0.05,
    stopLossFraction: 0.02,
    earlyLiveMaxAllocFraction: 0.02,
    priceBoundBps: 50,
    autoUnwind: false,
  },
  breaker: {
    errorRateMaxFraction: 0.1,
    errorRateOrdersMin: 30,
    drawdownMaxFraction: 0.15,
    lossMaxFraction: 0.05,
    ordersPerMinMax: 60,
    confirmBreaches: 3,
    confirmDecisions: 5,
  },
  exit: { triesMax: 20, retryMs: 1_000 },
  paper: {
    latencyMsMin: 50,
    latencyMsMax: 200,
    orderTimeoutMs: 10_000,
    slippageBpsMax: 2,
    feeBps: 5,
    partialFraction: 0.1,
    rejectFraction: 0.02,
  },
};

const DEFAULT: Thresholds = {
  ...REFERENCE,
  regime: { ...REFERENCE.regime, atrHighVol: null, atrHighVolBps: 20 },
  allocation: { ...REFERENCE.allocation, earlyEnabled: true, performanceTradesMax: 2_000 },
  gate: { ...REFERENCE.gate, pctChange15mPpMin: 0.1 },
  risk: { ...REFERENCE.risk, autoUnwind: true },
};

export type ThresholdSetName = 'default' | 'reference';

export const THRESHOLD_SETS: Readonly<Record<ThresholdSetName, Thresholds>> = {
  default: DEFAULT,
  reference: REFERENCE,
};

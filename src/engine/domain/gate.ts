import type { GateEvidence } from './events.js';
import type { GateCode } from './reason-codes.js';
import type { GateThresholds } from './thresholds.js';

/** Everything that the gate looks at; null = missing, numbers are finite. `Pp` are percentage points. */
export interface GateValues {
  readonly symbol: string | null;
  readonly nowMs: number | null;
  /** 0 trend, 1 range, 2 volatile, 3 crisis. */
  readonly regimeId: number | null;
  readonly return1mPp: number | null;
  readonly return5mPp: number | null;
  readonly priceChange5mPp: number | null;
  readonly pctChange15mPp: number | null;
  readonly volume15m: number | null;
  readonly dailyDrawdownPp: number | null;
  readonly totalExposurePp: number | null;
  readonly slippagePp: number | null;
  readonly signalTsMs: number | null;
  readonly marketStateTsMs: number | null;
  readonly accountStateTsMs: number | null;
  readonly marketHealthTsMs: number | null;
  readonly lastTickTsMs: number | null;
}

export const ALLOWED_REGIMES: readonly number[] = [0, 1];
export const BLOCKED_REGIMES: readonly number[] = [2, 3];

/** The ages that follow from the values; null where a time is missing. */
interface Ages {
  readonly stalenessSec: number | null;
  readonly dataSilenceSec: number | null;
}

type Check = (values: GateValues, limits: GateThresholds, ages: Ages) => GateCode | null;

/**
 * In the order of the contract; the first code is the verdict. Each check states what passes, so
 * that a NaN, which compares as false, blocks.
 */
const CHECKS: readonly Check[] = [
  panic,
  stale,
  silent,
  regime,
  weakSignal,
  drawdown,
  exposure,
  slippage,
];

/**
 * `decide` of the decision contract: may this signal become an order? Pure and total; what is
 * missing blocks, except slippage.
 * @returns the verdict with everything that it was judged on
 */
export function judgeGate(values: GateValues, limits: GateThresholds): GateEvidence {
  const stalenessSec = ageSec(values.nowMs, newestMs(values));
  const dataSilenceSec = ageSec(values.nowMs, values.lastTickTsMs);
  const reasonCode = firstCode(values, limits, { stalenessSec, dataSilenceSec });
  return {
    decision: reasonCode === null ? 'ALLOW' : 'BLOCK',
    reasonCode,
    regimeId: values.regimeId,
    return1mPp: values.return1mPp,
    return5mPp: values.return5mPp,
    priceChange5mPp: values.priceChange5mPp,
    pctChange15mPp: values.pctChange15mPp,
    volume15m: values.volume15m,
    dailyDrawdownPp: values.dailyDrawdownPp,
    totalExposurePp: values.totalExposurePp,
    slippagePp: values.slippagePp,
    stalenessSec,
    dataSilenceSec,
    signalTsMs: values.signalTsMs,
    marketStateTsMs: values.marketStateTsMs,
    accountStateTsMs: values.accountStateTsMs,
    marketHealthTsMs: values.marketHealthTsMs,
    lastTickTsMs: values.lastTickTsMs,
  };
}

function firstCode(values: GateValues, limits: GateThresholds, ages: Ages): GateCode | null {
  for (const check of CHECKS) {
    const code = check(values, limits, ages);
    if (code !== null) return code;
  }
  return null;
}

function newestMs(values: GateValues): number | null {
  const { signalTsMs, marketStateTsMs, accountStateTsMs, marketHealthTsMs } = values;
  return newer(newer(signalTsMs, marketStateTsMs), newer(accountStateTsMs, marketHealthTsMs));
}

function newer(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null || a > b ? a : b;
}

function ageSec(nowMs: number | null, thenMs: number | null): number | null {
  return nowMs === null || thenMs === null ? null : (nowMs - thenMs) / 1000;
}

function panic(values: GateValues, limits: GateThresholds): GateCode | null {
  const { return1mPp, return5mPp, priceChange5mPp } = values;
  if (return1mPp === null || return5mPp === null || priceChange5mPp === null) return 'RC_002';
  const calm =
    return1mPp > limits.return1mPpMin &&
    return5mPp > limits.return5mPpMin &&
    Math.abs(priceChange5mPp) <= limits.priceChange5mPpAbsMax;
  return calm ? null : 'RC_002';
}

function stale(_: GateValues, limits: GateThresholds, { stalenessSec }: Ages): GateCode | null {
  return stalenessSec !== null && stalenessSec <= limits.stalenessSecMax ? null : 'RC_003';
}

function silent(_: GateValues, limits: GateThresholds, { dataSilenceSec }: Ages): GateCode | null {
  return dataSilenceSec !== null && dataSilenceSec <= limits.dataSilenceSecMax ? null : 'RC_004';
}

function regime({ regimeId }: GateValues): GateCode | null {
  return regimeId !== null && ALLOWED_REGIMES.includes(regimeId) ? null : 'RC_001';
}

function weakSignal(values: GateValues, limits: GateThresholds): GateCode | null {
  const { symbol, pctChange15mPp, volume15m } = values;
  if (symbol === null || symbol === '') return 'RC_010';
  if (pctChange15mPp === null || volume15m === null) return 'RC_010';
  const strong = pctChange15mPp >= limits.pctChange15mPpMin && volume15m >= limits.volume15mMin;
  return strong ? null : 'RC_010';
}

function drawdown({ dailyDrawdownPp }: GateValues, limits: GateThresholds): GateCode | null {
  const { dailyDrawdownPpMax } = limits;
  return dailyDrawdownPp !== null && dailyDrawdownPp < dailyDrawdownPpMax ? null : 'RC_020';
}

function exposure({ totalExposurePp }: GateValues, limits: GateThresholds): GateCode | null {
  const { totalExposurePpMax } = limits;
  return totalExposurePp !== null && totalExposurePp < totalExposurePpMax ? null : 'RC_021';
}

function slippage({ slippagePp }: GateValues, limits: GateThresholds): GateCode | null {
  return slippagePp === null || slippagePp <= limits.slippagePpMax ? null : 'RC_022';
}

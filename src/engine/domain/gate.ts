import { holds, type Comparison, type Relation } from './comparison.js';
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

/** With the ages that follow from the values; null where a time is missing. */
export interface GateSeen extends GateValues {
  readonly stalenessSec: number | null;
  readonly dataSilenceSec: number | null;
}

type NumberSeen = Exclude<keyof GateSeen, 'symbol' | 'regimeId' | 'nowMs' | `${string}TsMs`>;

/** One condition of the gate. Several share a code. */
export interface GateCheck {
  readonly code: GateCode;
  readonly name: NumberSeen | 'regimeId' | 'symbol';
  readonly limit: keyof GateThresholds | null;
  readonly compared: (seen: GateSeen, limits: GateThresholds) => Comparison;
  /** What is missing blocks, except where the contract says otherwise. */
  readonly missingPasses?: true;
}

/** In the order of the contract; the first code is the verdict. */
export const GATE_CHECKS: readonly GateCheck[] = [
  limited('RC_002', 'return1mPp', '>', 'return1mPpMin'),
  limited('RC_002', 'return5mPp', '>', 'return5mPpMin'),
  {
    code: 'RC_002',
    name: 'priceChange5mPp',
    limit: 'priceChange5mPpAbsMax',
    compared: ({ priceChange5mPp }, { priceChange5mPpAbsMax }) => ({
      relation: '<=',
      value: priceChange5mPp === null ? null : Math.abs(priceChange5mPp),
      limit: priceChange5mPpAbsMax,
    }),
  },
  limited('RC_003', 'stalenessSec', '<=', 'stalenessSecMax'),
  limited('RC_004', 'dataSilenceSec', '<=', 'dataSilenceSecMax'),
  {
    code: 'RC_001',
    name: 'regimeId',
    limit: null,
    compared: ({ regimeId }) => ({ relation: 'one of', value: regimeId, limit: ALLOWED_REGIMES }),
  },
  {
    code: 'RC_010',
    name: 'symbol',
    limit: null,
    compared: ({ symbol }) => ({ relation: 'named', value: symbol }),
  },
  limited('RC_010', 'pctChange15mPp', '>=', 'pctChange15mPpMin'),
  limited('RC_010', 'volume15m', '>=', 'volume15mMin'),
  limited('RC_020', 'dailyDrawdownPp', '<', 'dailyDrawdownPpMax'),
  limited('RC_021', 'totalExposurePp', '<', 'totalExposurePpMax'),
  { ...limited('RC_022', 'slippagePp', '<=', 'slippagePpMax'), missingPasses: true },
];

function limited(
  code: GateCode,
  name: NumberSeen,
  relation: Relation,
  limit: keyof GateThresholds,
): GateCheck {
  return {
    code,
    name,
    limit,
    compared: (seen, limits) => ({ relation, value: seen[name], limit: limits[limit] }),
  };
}

export function passesGate(check: GateCheck, seen: GateSeen, limits: GateThresholds): boolean {
  const compared = check.compared(seen, limits);
  return (compared.value === null && check.missingPasses === true) || holds(compared);
}

export function gateSeen(values: GateValues): GateSeen {
  return {
    ...values,
    stalenessSec: ageSec(values.nowMs, newestMs(values)),
    dataSilenceSec: ageSec(values.nowMs, values.lastTickTsMs),
  };
}

/**
 * `decide` of the decision contract: may this signal become an order? Pure and total; what is
 * missing blocks, except slippage.
 * @returns the verdict with everything that it was judged on
 */
export function judgeGate(values: GateValues, limits: GateThresholds): GateEvidence {
  const seen = gateSeen(values);
  const { stalenessSec, dataSilenceSec } = seen;
  const reasonCode = GATE_CHECKS.find((check) => !passesGate(check, seen, limits))?.code ?? null;
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

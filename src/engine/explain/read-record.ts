import { z } from 'zod';
import { parseE8 } from '../domain/e8.js';
import type { GateValues } from '../domain/gate.js';
import type { GateThresholds } from '../domain/thresholds.js';
import type { TraceRow } from '../ports/decision-trace.js';
import { member, readRiskEvidence, readRiskLimits } from '../risk-record.js';
import { inputsOf, type RiskInputs } from '../stages/risk-inputs.js';
import type { RecordedCase } from './recorded-case.js';

/** What a decision's row says was decided. */
export interface RecordedVerdict {
  readonly decision: 'ALLOW' | 'BLOCK';
  readonly code: string | null;
  /** The refusing layer's own words; empty where there are none. */
  readonly detail: string;
}

export function recordedVerdict(row: TraceRow): RecordedVerdict {
  const { payload } = row;
  const isBlock = String(row['decision']).startsWith('BLOCK');
  const code = row['reason_code'] ?? row['contract_code'];
  const detail = member(payload, 'detail');
  return {
    decision: isBlock ? 'BLOCK' : 'ALLOW',
    code: isBlock && typeof code === 'string' && code !== '' ? code : null,
    detail: typeof detail === 'string' ? detail : '',
  };
}

/** @returns null where the row does not say what the gate saw, or by which limits */
export function recordedCase(row: TraceRow): RecordedCase | null {
  const { payload } = row;
  const seen = EVIDENCE.safeParse(payload);
  const limits = LIMITS.safeParse(member(payload, 'thresholds'));
  if (!seen.success || !limits.success) return null;
  const values = gateValues(seen.data, String(row['symbol']));
  return { values, gateLimits: limits.data, risk: riskOf(payload, values) };
}

function riskOf(payload: unknown, values: GateValues): RecordedCase['risk'] {
  const evidence = readRiskEvidence(payload);
  const limits = readRiskLimits(payload);
  const head = HEAD.safeParse(payload);
  if (evidence === null || limits === null || !head.success) return null;
  const { price, side, strategy_id: strategyId, timestamp_ms: nowMs } = head.data;
  const priceE8 = parseE8(price);
  if (typeof priceE8 !== 'bigint') return null;
  const rest: Pick<RiskInputs, 'symbol' | 'strategyId' | 'side' | 'priceE8' | 'nowMs' | 'gate'> = {
    ...{ strategyId, side, priceE8, nowMs },
    symbol: values.symbol ?? '',
    // Judged anew whenever it is needed.
    gate: { decision: 'BLOCK', reasonCode: null },
  };
  const inputs = inputsOf(evidence, rest);
  return inputs === null ? null : { inputs, limits };
}

type Evidence = z.infer<typeof EVIDENCE>;

function gateValues(seen: Evidence, symbol: string): GateValues {
  const times = seen.timestamps_ms;
  return {
    symbol,
    nowMs: judgedAtMs(seen),
    regimeId: seen.regime_id,
    return1mPp: seen.return_1m,
    return5mPp: seen.return_5m,
    priceChange5mPp: seen.price_change_5m,
    pctChange15mPp: seen.pct_change_15m,
    volume15m: seen.volume_15m,
    dailyDrawdownPp: seen.daily_drawdown_pct,
    totalExposurePp: seen.total_exposure_pct,
    slippagePp: seen.slippage_pct,
    signalTsMs: times.signal_ts_ms,
    marketStateTsMs: times.market_state_ts_ms,
    accountStateTsMs: times.account_state_ts_ms,
    marketHealthTsMs: times.market_health_ts_ms,
    lastTickTsMs: times.last_tick_ts_ms,
  };
}

/** The recorded ages count from when the trade arrived, which may be later than its own time. */
function judgedAtMs({
  staleness_s,
  data_silence_s,
  timestamps_ms: times,
}: Evidence): number | null {
  const newestMs = [
    times.signal_ts_ms,
    times.market_state_ts_ms,
    times.account_state_ts_ms,
    times.market_health_ts_ms,
  ]
    .filter((tsMs) => tsMs !== null)
    .reduce<number | null>((a, b) => (a === null || b > a ? b : a), null);
  if (staleness_s !== null && newestMs !== null) return newestMs + Math.round(staleness_s * 1000);
  const tickMs = times.last_tick_ts_ms;
  if (data_silence_s !== null && tickMs !== null) return tickMs + Math.round(data_silence_s * 1000);
  return times.now_ms;
}

const value = z.number().nullable().default(null);

const EVIDENCE = z.object({
  regime_id: value,
  return_1m: value,
  return_5m: value,
  price_change_5m: value,
  pct_change_15m: value,
  volume_15m: value,
  daily_drawdown_pct: value,
  total_exposure_pct: value,
  slippage_pct: value,
  staleness_s: value,
  data_silence_s: value,
  timestamps_ms: z.object({
    now_ms: value,
    signal_ts_ms: value,
    market_state_ts_ms: value,
    account_state_ts_ms: value,
    market_health_ts_ms: value,
    last_tick_ts_ms: value,
  }),
});

const HEAD = z.object({
  price: z.string(),
  side: z.enum(['BUY', 'SELL']),
  strategy_id: z.string(),
  timestamp_ms: z.number(),
});

const LIMITS: z.ZodType<GateThresholds> = z
  .object({
    return_1m_min: z.number(),
    return_5m_min: z.number(),
    price_change_5m_abs_max: z.number(),
    staleness_s_max: z.number(),
    data_silence_s_max: z.number(),
    signal_pct_change_15m_min: z.number(),
    signal_volume_15m_min: z.number(),
    daily_drawdown_pct_max: z.number(),
    total_exposure_pct_max: z.number(),
    slippage_pct_max: z.number(),
  })
  .transform((limits) => ({
    return1mPpMin: limits.return_1m_min,
    return5mPpMin: limits.return_5m_min,
    priceChange5mPpAbsMax: limits.price_change_5m_abs_max,
    stalenessSecMax: limits.staleness_s_max,
    dataSilenceSecMax: limits.data_silence_s_max,
    pctChange15mPpMin: limits.signal_pct_change_15m_min,
    volume15mMin: limits.signal_volume_15m_min,
    dailyDrawdownPpMax: limits.daily_drawdown_pct_max,
    totalExposurePpMax: limits.total_exposure_pct_max,
    slippagePpMax: limits.slippage_pct_max,
  }));

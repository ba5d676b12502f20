import { canonicalJson, POLICY_STYLE, SNAPSHOT_STYLE } from './canonical-json.js';
import type { GateEvidence } from './events.js';
import { JsonFloat, type ExactJson, type ExactObject } from './exact-json.js';
import { ALLOWED_REGIMES, BLOCKED_REGIMES } from './gate.js';
import type { Hash } from './hash.js';
import type { GateThresholds } from './thresholds.js';

/** Name of the contract in risk_events, where the column is called contract_version. */
export const GATE_CONTRACT = 'decision_contract_v1';
export const POLICY_ID = 'risk_policy_v1';

type Sha256 = Pick<Hash, 'sha256Hex'>;

/** The limits in the names and order of the evidence. */
export function thresholdsJson(limits: GateThresholds): ExactObject {
  return members({
    return_1m_min: new JsonFloat(limits.return1mPpMin),
    return_5m_min: new JsonFloat(limits.return5mPpMin),
    price_change_5m_abs_max: new JsonFloat(limits.priceChange5mPpAbsMax),
    staleness_s_max: new JsonFloat(limits.stalenessSecMax),
    data_silence_s_max: new JsonFloat(limits.dataSilenceSecMax),
    signal_pct_change_15m_min: new JsonFloat(limits.pctChange15mPpMin),
    signal_volume_15m_min: new JsonFloat(limits.volume15mMin),
    daily_drawdown_pct_max: new JsonFloat(limits.dailyDrawdownPpMax),
    total_exposure_pct_max: new JsonFloat(limits.totalExposurePpMax),
    slippage_pct_max: new JsonFloat(limits.slippagePpMax),
    allowed_regimes: ALLOWED_REGIMES.map(BigInt),
    blocked_regimes: BLOCKED_REGIMES.map(BigInt),
  });
}

/**
 * input_snapshot_hash: what the gate judged, without anything that the clock decides, so that a
 * replay gives the same hash.
 */
export function inputSnapshotHash(
  seen: { readonly symbol: string | null; readonly gate: GateEvidence },
  limits: GateThresholds,
  hash: Sha256,
): string {
  const { symbol, gate } = seen;
  const snapshot = members({
    symbol,
    regime_id: integer(gate.regimeId),
    return_1m: float(gate.return1mPp),
    return_5m: float(gate.return5mPp),
    price_change_5m: float(gate.priceChange5mPp),
    pct_change_15m: float(gate.pctChange15mPp),
    volume_15m: float(gate.volume15m),
    daily_drawdown_pct: float(gate.dailyDrawdownPp),
    total_exposure_pct: float(gate.totalExposurePp),
    slippage_pct: float(gate.slippagePp),
    thresholds: thresholdsJson(limits),
  });
  return hash.sha256Hex(canonicalJson(snapshot, SNAPSHOT_STYLE));
}

export function policyHash(limits: GateThresholds, hash: Sha256): string {
  return hash.sha256Hex(canonicalJson(thresholdsJson(limits), POLICY_STYLE));
}

/** Fingerprint of the gate's answer. */
export function outputHash(
  answer: {
    readonly decision: 'ALLOW' | 'BLOCK';
    readonly reasonCode: string | null;
    readonly decisionPk: string;
    readonly decisionId: string;
    readonly inputHash: string;
    readonly policyHash: string;
  },
  hash: Sha256,
): string {
  const output = members({
    decision: answer.decision,
    reason_code: answer.reasonCode,
    decision_pk: answer.decisionPk,
    decision_id: answer.decisionId,
    contract_version: GATE_CONTRACT,
    input_hash: answer.inputHash,
    policy_hash: answer.policyHash,
  });
  return hash.sha256Hex(canonicalJson(output, POLICY_STYLE));
}

function members(record: Readonly<Record<string, ExactJson>>): ExactObject {
  return new Map(Object.entries(record));
}

function float(value: number | null): ExactJson {
  return value === null ? null : new JsonFloat(value);
}

function integer(value: number | null): ExactJson {
  return value !== null && Number.isInteger(value) ? BigInt(value) : null;
}

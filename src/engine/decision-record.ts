import { assertInvariant } from './domain/invariant.js';
import { buildBundle } from './domain/decision-bundle/build-bundle.js';
import { compareCodePoints } from './domain/code-point-order.js';
import type { GateEvidence, OrderRequested, RiskDecided } from './domain/events.js';
import type { ExactJson } from './domain/exact-json.js';
import {
  GATE_CONTRACT,
  inputSnapshotHash,
  outputHash,
  POLICY_ID,
  policyHash,
  thresholdsJson,
} from './domain/gate-hashes.js';
import { canonicalJson, POLICY_STYLE } from './domain/canonical-json.js';
import type { Hash } from './domain/hash.js';
import type { RunIds } from './domain/ids.js';
import type { GateThresholds, Thresholds } from './domain/thresholds.js';
import type { OrderProof } from './domain/wire/order.js';
import { riskMembers } from './risk-record.js';
import { bundleRunMode } from './stages/order-bundle.js';

interface RecordContext {
  readonly ids: RunIds;
  readonly hash: Hash;
  readonly thresholds: () => Thresholds;
}

interface DecisionRecord {
  readonly decisionPk: string;
  readonly signalId: string;
  readonly contractVersion: string;
  readonly inputHash: string;
  readonly referencePk: string;
  /** The row's payload as JSON text: everything that the decision was made on (domain.md 3.5). */
  readonly payload: string;
}

/** The audit record of one decision, from the fact alone. */
export function decisionRecord(fact: RiskDecided, context: RecordContext): DecisionRecord {
  const { ids, hash } = context;
  const limits = context.thresholds();
  const gateLimits = limits.gate;
  const { gate, symbol, tsMs } = fact;
  const decisionPk = ids.decision(fact.ref);
  const signalId = ids.signal(fact.signalRef);
  const inputHash = gate === null ? '' : inputSnapshotHash({ symbol, gate }, gateLimits, hash);
  const { policyHash: policy, thresholds } = policyOf(gateLimits, hash);
  const { decision, reasonCode } = fact;
  const answer = { decision, reasonCode, decisionPk, decisionId: decisionPk, inputHash };
  const payload = JSON.stringify({
    contract_version: GATE_CONTRACT,
    signal_id: signalId,
    decision_id: decisionPk,
    trace_id: ids.correlation(signalId),
    timestamp_ms: tsMs,
    symbol,
    strategy_id: fact.strategyId,
    side: fact.side,
    price: fact.price,
    quantity: fact.qty,
    reduce_only: fact.reduceOnly,
    decision,
    reason_code: reasonCode,
    detail: fact.detail,
    epoch: fact.epoch,
    ...gateMembers(fact),
    thresholds,
    ...riskMembers(fact.risk, limits),
    decision_pk: decisionPk,
    input_snapshot_hash: inputHash,
    policy_id: POLICY_ID,
    policy_hash: policy,
    input_hash: inputHash,
    output_hash: outputHash({ ...answer, policyHash: policy }, hash),
  });
  return {
    decisionPk,
    signalId,
    contractVersion: GATE_CONTRACT,
    inputHash,
    referencePk: ids.referencePk(symbol, tsMs, inputHash),
    payload,
  };
}

interface Policy {
  readonly policyHash: string;
  readonly thresholds: unknown;
}

/** The limits change with the configuration, the decisions under them are many. */
const policies = new WeakMap<GateThresholds, Policy>();

function policyOf(limits: GateThresholds, hash: Hash): Policy {
  const known = policies.get(limits);
  if (known !== undefined) return known;
  const policy = {
    policyHash: policyHash(limits, hash),
    thresholds: JSON.parse(canonicalJson(thresholdsJson(limits), POLICY_STYLE)) as unknown,
  };
  policies.set(limits, policy);
  return policy;
}

function gateMembers(fact: RiskDecided): Readonly<Record<string, unknown>> {
  const { gate, tsMs } = fact;
  if (gate === null) return {};
  return {
    gate_decision: gate.decision,
    gate_reason_code: gate.reasonCode,
    ...evidenceOf(gate),
    timestamps_ms: {
      now_ms: tsMs,
      signal_ts_ms: gate.signalTsMs,
      market_state_ts_ms: gate.marketStateTsMs,
      account_state_ts_ms: gate.accountStateTsMs,
      market_health_ts_ms: gate.marketHealthTsMs,
      last_tick_ts_ms: gate.lastTickTsMs,
    },
  };
}

/** Names of what the gate had to judge on, by code point; what it missed is not there. */
export function evidenceKeys({ gate }: RiskDecided): readonly string[] {
  if (gate === null) return [];
  const known = Object.entries(evidenceOf(gate)).filter(([, value]) => value !== null);
  return known.map(([name]) => name).sort(compareCodePoints);
}

function evidenceOf(gate: GateEvidence): Readonly<Record<string, number | null>> {
  return {
    regime_id: gate.regimeId,
    return_1m: gate.return1mPp,
    return_5m: gate.return5mPp,
    price_change_5m: gate.priceChange5mPp,
    pct_change_15m: gate.pctChange15mPp,
    volume_15m: gate.volume15m,
    daily_drawdown_pct: gate.dailyDrawdownPp,
    total_exposure_pct: gate.totalExposurePp,
    slippage_pct: gate.slippagePp,
    staleness_s: gate.stalenessSec,
    data_silence_s: gate.dataSilenceSec,
  };
}

/**
 * The bundle that travels with an order, rebuilt from the event and judged once more: an order
 * whose bundle does not allow it must never be published.
 */
export function orderProof(order: OrderRequested, context: RecordContext): OrderProof {
  const built = buildBundle(contractInput(order, context.ids), context.hash);
  assertInvariant(built.ok, `bundle of order ${context.ids.order(order.ref)} can be built`);
  assertInvariant(built.bundle.decision === 1, 'bundle of a requested order allows it');
  return { bundle: built.bundle.json };
}

function contractInput(order: OrderRequested, ids: RunIds): ExactJson {
  const { bundle } = order;
  return object({
    run_mode: bundleRunMode(order.mode),
    order: object({
      symbol: order.symbol,
      side: order.side,
      quantity: order.qty,
      price_ref: order.price,
      timestamp_input_ms: BigInt(order.tsMs),
      reduce_only: order.reduceOnly,
    }),
    account_state: object({
      balance_usdt: bundle.balanceUsdt,
      total_exposure_usdt: bundle.totalExposureUsdt,
      daily_drawdown_pct: bundle.dailyDrawdownPp,
    }),
    open_positions: bundle.openPositions.map((position) => object({ ...position })),
    risk_policy: object({
      max_notional_usdt: bundle.maxNotionalUsdt,
      max_total_exposure_usdt: bundle.maxTotalExposureUsdt,
      max_daily_drawdown_pct: bundle.maxDailyDrawdownPp,
    }),
    system_config: object({}),
    context: object({
      source: 'risk',
      signal_id: ids.signal(order.signalRef),
      strategy_id: order.strategyId,
      bot_id: order.botId,
    }),
  });
}

function object(members: Readonly<Record<string, ExactJson>>): ExactJson {
  return new Map(Object.entries(members));
}

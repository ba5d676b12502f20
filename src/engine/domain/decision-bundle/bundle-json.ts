import { placesText } from '../exact-decimal.js';
import type { ExactJson, ExactObject } from '../exact-json.js';
import {
  CONTRACT_NAME,
  CONTRACT_VERSION,
  MONEY_PLACES,
  QTY_PLACES,
  RATIO_PLACES,
  type ContractInput,
} from './contract-input.js';
import type { BundleVerdict } from './judge-bundle.js';

/** The wire form of the bundle: every member name of the contract is written here and nowhere else. */

export function inputJson(input: ContractInput): ExactObject {
  return members({
    contract_name: CONTRACT_NAME,
    contract_version: CONTRACT_VERSION,
    run_mode: input.runMode,
    order: members({
      symbol: input.symbol,
      side: input.side,
      quantity: qty(input.qtyE8),
      price_ref: money(input.priceE8),
      timestamp_input_ms: input.timestampInputMs,
      reduce_only: input.reduceOnly,
    }),
    account_state: members({
      balance_usdt: money(input.balanceUsdtE8),
      total_exposure_usdt: money(input.totalExposureUsdtE8),
      daily_drawdown_pct: ratio(input.dailyDrawdownPpE6),
    }),
    open_positions: input.openPositions.map(({ symbol, qtyE8 }) =>
      members({ symbol, quantity: qty(qtyE8) }),
    ),
    risk_policy: limits(input),
    system_config: input.systemConfig,
    context: members({
      source: input.context.source,
      signal_id: input.context.signalId,
      strategy_id: input.context.strategyId,
      bot_id: input.context.botId,
    }),
  });
}

/** What the decision hash covers. */
export function outputToHash(
  input: ContractInput,
  verdict: BundleVerdict,
  inputHash: string,
): ExactObject {
  return members({ ...verdictMembers(input, verdict), input_hash: inputHash });
}

export function outputJson(
  input: ContractInput,
  verdict: BundleVerdict,
  evidence: ExactObject,
): ExactObject {
  return members({ ...verdictMembers(input, verdict), evidence });
}

export function evidenceJson(parts: {
  readonly canonicalInput: string;
  readonly inputHash: string;
  readonly canonicalOutput: string;
  readonly decisionHash: string;
}): ExactObject {
  return members({
    canonical_input: parts.canonicalInput,
    input_hash: parts.inputHash,
    canonical_output: parts.canonicalOutput,
    decision_hash: parts.decisionHash,
  });
}

export function wholeJson(input: ExactObject, output: ExactObject): ExactObject {
  return members({
    contract_name: CONTRACT_NAME,
    contract_version: CONTRACT_VERSION,
    input,
    output,
  });
}

function verdictMembers(input: ContractInput, verdict: BundleVerdict): Record<string, ExactJson> {
  return {
    contract_version: CONTRACT_VERSION,
    decision: BigInt(verdict.decision),
    reason_codes: verdict.reasonCodes,
    applied_limits: limits(input),
    metrics: members({
      order_notional_usdt: money(verdict.orderNotionalUsdtE8),
      projected_exposure_usdt: money(verdict.projectedExposureUsdtE8),
      current_exposure_usdt: money(input.totalExposureUsdtE8),
      daily_drawdown_pct: ratio(input.dailyDrawdownPpE6),
      balance_usdt: money(input.balanceUsdtE8),
    }),
  };
}

function limits(input: ContractInput): ExactObject {
  return members({
    max_notional_usdt: money(input.maxNotionalUsdtE8),
    max_total_exposure_usdt: money(input.maxTotalExposureUsdtE8),
    max_daily_drawdown_pct: ratio(input.maxDailyDrawdownPpE6),
  });
}

function members(record: Readonly<Record<string, ExactJson>>): ExactObject {
  return new Map(Object.entries(record));
}

function qty(value: bigint): string {
  return placesText(value, QTY_PLACES);
}

function money(value: bigint): string {
  return placesText(value, MONEY_PLACES);
}

function ratio(value: bigint): string {
  return placesText(value, RATIO_PLACES);
}

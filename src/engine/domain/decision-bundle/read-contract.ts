import { compareCodePoints } from '../code-point-order.js';
import {
  isExactArray,
  isExactObject,
  JsonFloat,
  type ExactJson,
  type ExactObject,
} from '../exact-json.js';
import { referenceText } from '../reference-text.js';
import { MONEY_PLACES, QTY_PLACES, RATIO_PLACES } from './contract-input.js';
import type { BundleFault, ContractInput } from './contract-input.js';
import { FieldReader } from './field-reader.js';

type ReadContract =
  | { readonly ok: true; readonly input: ContractInput }
  | { readonly ok: false; readonly error: BundleFault };

const MISSING: ExactObject = new Map();

/**
 * Normalises a raw contract input. Fields are read in the reference's order, because the first
 * one that is wrong is the one that the refusal names.
 */
export function readContract(raw: ExactJson): ReadContract {
  if (!isExactObject(raw)) {
    return { ok: false, error: { field: 'contract input', what: 'must be an object' } };
  }
  const read = new FieldReader();
  const order = read.object(raw.get('order'), 'order');
  const account = read.object(raw.get('account_state'), 'account_state');
  const policy = read.object(raw.get('risk_policy'), 'risk_policy');
  const givenContext = raw.get('context');
  const context = isTruthy(givenContext) ? read.object(givenContext, 'context') : MISSING;

  const money = (of: ExactObject, owner: string, name: string): bigint =>
    read.decimal(of.get(name), `${owner}.${name}`, MONEY_PLACES);
  const ratio = (of: ExactObject, owner: string, name: string): bigint =>
    read.decimal(of.get(name), `${owner}.${name}`, RATIO_PLACES);

  // Members of a literal are evaluated from top to bottom: this is the order of the checks.
  const input: ContractInput = {
    runMode: read.text(raw.get('run_mode'), 'run_mode').toLowerCase(),
    side: read.text(order.get('side'), 'order.side').toUpperCase(),
    symbol: read.text(order.get('symbol'), 'order.symbol'),
    qtyE8: read.decimal(order.get('quantity'), 'order.quantity', QTY_PLACES),
    priceE8: money(order, 'order', 'price_ref'),
    timestampInputMs: read.integer(order.get('timestamp_input_ms'), 'order.timestamp_input_ms'),
    reduceOnly: isTruthy(order.get('reduce_only')),
    balanceUsdtE8: money(account, 'account_state', 'balance_usdt'),
    totalExposureUsdtE8: money(account, 'account_state', 'total_exposure_usdt'),
    dailyDrawdownPpE6: ratio(account, 'account_state', 'daily_drawdown_pct'),
    openPositions: readPositions(raw.get('open_positions'), read),
    maxNotionalUsdtE8: money(policy, 'risk_policy', 'max_notional_usdt'),
    maxTotalExposureUsdtE8: money(policy, 'risk_policy', 'max_total_exposure_usdt'),
    maxDailyDrawdownPpE6: ratio(policy, 'risk_policy', 'max_daily_drawdown_pct'),
    systemConfig: readSystemConfig(raw.get('system_config'), read),
    context: {
      source: contextText(context, 'source', 'unspecified'),
      signalId: contextText(context, 'signal_id', ''),
      strategyId: contextText(context, 'strategy_id', ''),
      botId: contextText(context, 'bot_id', ''),
    },
  };
  return read.fault === null ? { ok: true, input } : { ok: false, error: read.fault };
}

/** The reference's idea of true: "false" and [0] are, "", 0, [] and {} are not. */
function isTruthy(value: ExactJson | undefined): boolean {
  if (value instanceof JsonFloat) return value.value !== 0;
  if (isExactArray(value)) return value.length > 0;
  if (isExactObject(value)) return value.size > 0;
  return Boolean(value);
}

/** A null that is written out counts as the text "None", as it does in the reference. */
function contextText(context: ExactObject, name: string, fallback: string): string {
  const value = context.get(name);
  return value === undefined ? fallback : referenceText(value);
}

type Positions = ContractInput['openPositions'];

function readPositions(raw: ExactJson | undefined, read: FieldReader): Positions {
  if (raw === undefined || raw === null) return [];
  const positions = isExactObject(raw) ? positionsOfMap(raw, read) : positionsOfList(raw, read);
  return positions.sort((a, b) => compareCodePoints(a.symbol, b.symbol));
}

function positionsOfMap(raw: ExactObject, read: FieldReader): Positions[number][] {
  return [...raw].map(([name, quantity]) => {
    const symbol = read.text(name, 'open_positions.symbol');
    const field = `open_positions.${symbol}.quantity`;
    return { symbol, qtyE8: read.decimal(quantity, field, QTY_PLACES) };
  });
}

function positionsOfList(raw: ExactJson, read: FieldReader): Positions[number][] {
  if (!isExactArray(raw)) {
    read.refuse('open_positions', 'must be an object or a list');
    return [];
  }
  return raw.map((item, index) => {
    const field = `open_positions[${index}]`;
    const entry = read.object(item, field);
    const symbol = read.text(entry.get('symbol'), `${field}.symbol`);
    const qtyE8 = read.decimal(entry.get('quantity'), `${field}.quantity`, QTY_PLACES);
    return { symbol, qtyE8 };
  });
}

/** Names by code point. Lists and objects are kept as the text that the reference prints. */
function readSystemConfig(raw: ExactJson | undefined, read: FieldReader): ExactObject {
  if (raw === undefined || raw === null) return MISSING;
  const given = read.object(raw, 'system_config');
  const names = [...given.keys()].sort(compareCodePoints);
  return new Map(
    names.map((name) => {
      const value = given.get(name) ?? null;
      if (value instanceof JsonFloat) {
        read.refuse(`system_config.${name}`, 'must not be a float, use text');
      }
      return [name, typeof value === 'object' && value !== null ? referenceText(value) : value];
    }),
  );
}

import { isExactObject, JsonFloat, type ExactJson, type ExactObject } from './exact-json.js';
import type { GateValues } from './gate.js';
import { asciiDigits, referenceText, trimBlanks } from './reference-text.js';

/** The float grammar of the reference: underscores only between digits, no hexadecimal. */
const FLOAT =
  /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const MISSING: ExactObject = new Map();

/**
 * Reads a recorded input of the gate: the members signal, market_state, account_state,
 * market_health and now_ms. What is no number counts as missing; never throws.
 */
export function readGateInput(raw: ExactObject): GateValues {
  const signal = member(raw, 'signal');
  const market = member(raw, 'market_state');
  const account = member(raw, 'account_state');
  const health = member(raw, 'market_health');
  return {
    symbol: symbolOf(signal.get('symbol')),
    nowMs: whole(raw.get('now_ms')),
    regimeId: whole(market.get('regime_id')),
    return1mPp: number(market.get('return_1m')),
    return5mPp: number(market.get('return_5m')),
    priceChange5mPp: number(market.get('price_change_5m')),
    pctChange15mPp: number(signal.get('pct_change_15m')),
    volume15m: number(signal.get('volume_15m')),
    dailyDrawdownPp: number(account.get('daily_drawdown_pct')),
    totalExposurePp: number(account.get('total_exposure_pct')),
    slippagePp: number(health.get('slippage_pct')),
    signalTsMs: whole(signal.get('ts_ms')),
    marketStateTsMs: whole(market.get('ts_ms')),
    accountStateTsMs: whole(account.get('ts_ms')),
    marketHealthTsMs: whole(health.get('ts_ms')),
    lastTickTsMs: whole(market.get('last_tick_ts_ms')),
  };
}

function member(raw: ExactObject, name: string): ExactObject {
  const value = raw.get(name);
  return isExactObject(value) ? value : MISSING;
}

/** Anything but null and "" is a symbol to the gate, so another value counts as its text. */
function symbolOf(value: ExactJson | undefined): string | null {
  return value === undefined || value === null ? null : referenceText(value);
}

/** Integers, floats and numeric text; booleans, infinities, blanks and junk are missing. */
function number(value: ExactJson | undefined): number | null {
  const parsed = parse(value);
  return parsed !== null && Number.isFinite(parsed) ? parsed : null;
}

/** A number without fraction; `1.0` is whole. */
function whole(value: ExactJson | undefined): number | null {
  const parsed = number(value);
  // Adding 0 turns -0 into 0: an integer has no sign there.
  return parsed !== null && Number.isInteger(parsed) ? parsed + 0 : null;
}

function parse(value: ExactJson | undefined): number | null {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof JsonFloat) return value.value;
  if (typeof value !== 'string') return null;
  const text = asciiDigits(trimBlanks(value));
  return FLOAT.test(text) ? Number(text.replaceAll('_', '')) : null;
}

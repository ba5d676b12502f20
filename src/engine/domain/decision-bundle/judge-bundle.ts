import { divideHalfEven, E8_ONE } from '../e8.js';
import { fitsPrecision, roundToPrecision } from '../exact-decimal.js';
import type { BundleCode } from '../reason-codes.js';
import type { BundleJudgement } from './contract-input.js';

export interface BundleVerdict {
  /** 1 = the order may leave; only without any reason. */
  readonly decision: 0 | 1;
  /** Sorted by code point. */
  readonly reasonCodes: readonly BundleCode[];
  readonly orderNotionalUsdtE8: bigint;
  readonly projectedExposureUsdtE8: bigint;
  /** The metric that is too large to be written; there is no bundle then, and no order. */
  readonly tooLarge: 'order_notional_usdt' | 'projected_exposure_usdt' | null;
}

const RUN_MODES: ReadonlySet<string> = new Set(['shadow', 'paper', 'replay', 'live']);
const SIDES: ReadonlySet<string> = new Set(['BUY', 'SELL']);

/**
 * Judges one order on exact numbers; no text, no hash, so that the risk stage can afford it.
 * `buildBundle` judges with it too. Source: order decision contract v1.
 */
export function judgeBundle(facts: BundleJudgement): BundleVerdict {
  // Products have 16 places; like the reference, keep 28 digits of each result.
  const notionalE16 = roundToPrecision(facts.qtyE8 * facts.priceE8);
  const exposureE16 = facts.totalExposureUsdtE8 * E8_ONE;
  const adds = facts.side === 'BUY' && !facts.reduceOnly;
  const projectedE16 = adds
    ? roundToPrecision(exposureE16 + notionalE16)
    : atLeastZero(roundToPrecision(exposureE16 - notionalE16));

  const reasonCodes = [
    ...inputReasons(facts),
    ...limitReasons(facts, notionalE16, projectedE16),
  ].sort();
  const orderNotionalUsdtE8 = divideHalfEven(notionalE16, E8_ONE);
  const projectedExposureUsdtE8 = divideHalfEven(projectedE16, E8_ONE);
  const tooLarge = !fitsPrecision(orderNotionalUsdtE8)
    ? 'order_notional_usdt'
    : fitsPrecision(projectedExposureUsdtE8)
      ? null
      : 'projected_exposure_usdt';
  const decision = reasonCodes.length === 0 && tooLarge === null ? 1 : 0;
  return { decision, reasonCodes, orderNotionalUsdtE8, projectedExposureUsdtE8, tooLarge };
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}

function inputReasons(facts: BundleJudgement): readonly BundleCode[] {
  const reasons: BundleCode[] = [];
  if (!RUN_MODES.has(facts.runMode)) reasons.push('RC_INVALID_RUN_MODE');
  if (!SIDES.has(facts.side)) reasons.push('RC_INVALID_ORDER_SIDE');
  if (facts.qtyE8 <= 0n) reasons.push('RC_NON_POSITIVE_QTY');
  if (facts.priceE8 <= 0n) reasons.push('RC_NON_POSITIVE_PRICE');
  if (facts.balanceUsdtE8 < 0n) reasons.push('RC_NEGATIVE_BALANCE');
  if (facts.totalExposureUsdtE8 < 0n) reasons.push('RC_NEGATIVE_EXPOSURE');
  if (facts.dailyDrawdownPpE6 < 0n) reasons.push('RC_NEGATIVE_DRAWDOWN');
  if (facts.maxNotionalUsdtE8 <= 0n) reasons.push('RC_INVALID_LIMIT_MAX_NOTIONAL');
  if (facts.maxTotalExposureUsdtE8 <= 0n) reasons.push('RC_INVALID_LIMIT_MAX_EXPOSURE');
  if (facts.maxDailyDrawdownPpE6 <= 0n) reasons.push('RC_INVALID_LIMIT_MAX_DRAWDOWN');
  return reasons;
}

/** A limit that is not positive is its own reason and limits nothing here. */
function limitReasons(
  facts: BundleJudgement,
  notionalE16: bigint,
  projectedE16: bigint,
): readonly BundleCode[] {
  const reasons: BundleCode[] = [];
  const exits = facts.side === 'SELL' && facts.reduceOnly;
  const over = (valueE16: bigint, limitE8: bigint): boolean =>
    limitE8 > 0n && valueE16 > limitE8 * E8_ONE;
  if (!exits && over(notionalE16, facts.maxNotionalUsdtE8)) reasons.push('RC_LIMIT_NOTIONAL');
  if (!exits && over(projectedE16, facts.maxTotalExposureUsdtE8)) {
    reasons.push('RC_LIMIT_EXPOSURE');
  }
  const { dailyDrawdownPpE6, maxDailyDrawdownPpE6 } = facts;
  if (maxDailyDrawdownPpE6 > 0n && dailyDrawdownPpE6 > maxDailyDrawdownPpE6) {
    reasons.push('RC_LIMIT_DRAWDOWN');
  }
  return reasons;
}

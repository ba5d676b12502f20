/**
 * Every code that a refusal carries: what it means and what an operator can try. Each list is in
 * the order of the checks. The column that stores gate and layer codes holds 20 characters.
 */
interface ReasonText {
  readonly meaning: string;
  readonly todo: string;
  /** Keys of the threshold set by which the check judges; none where it judges by no number. */
  readonly limits?: readonly string[];
}

/** The gate `decide`; first failing check wins. */
export const GATE_REASONS = {
  RC_002: {
    meaning: 'a recent return is missing, crashing or jumping',
    todo: 'check that candles flow; otherwise wait until the market calms',
    limits: ['gate.return1mPpMin', 'gate.return5mPpMin', 'gate.priceChange5mPpAbsMax'],
  },
  RC_003: {
    meaning: 'no input has a time, or the newest one is too old',
    todo: 'check feed and clock; input must be younger than the staleness limit',
    limits: ['gate.stalenessSecMax'],
  },
  RC_004: {
    meaning: 'no trade for too long, or the time of the last one is unknown',
    todo: 'check the feed; a quiet symbol may need a longer silence limit',
    limits: ['gate.dataSilenceSecMax'],
  },
  RC_001: {
    meaning: 'the regime is unknown, volatile or in crisis',
    todo: 'wait for a confirmed trend or range regime',
    limits: ['regime.adxTrend', 'regime.adxRange', 'regime.atrHighVol', 'regime.atrHighVolBps'],
  },
  RC_010: {
    meaning: 'the signal is too weak: change or volume over 15 minutes',
    todo: 'compare the signal with the gate limits; history may still be short',
    limits: ['gate.pctChange15mPpMin', 'gate.volume15mMin'],
  },
  RC_020: {
    meaning: 'daily drawdown is unknown or at its limit',
    todo: 'no new risk today; find what lost the money',
    limits: ['gate.dailyDrawdownPpMax'],
  },
  RC_021: {
    meaning: 'total exposure is unknown or at its limit',
    todo: 'reduce positions or wait for exits',
    limits: ['gate.totalExposurePpMax'],
  },
  RC_022: {
    meaning: 'expected slippage is too high',
    todo: 'wait for a deeper book or trade smaller',
    limits: ['gate.slippagePpMax'],
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

/** The layers around the gate. */
export const LAYER_REASONS = {
  RK_KILL_SWITCH: {
    meaning: 'the kill switch stops orders, or its state cannot be read',
    todo: 'cdb kill-switch status',
  },
  RK_AUDIT: {
    meaning: 'decisions cannot be committed, so no order may leave',
    todo: 'cdb status; bring the database back, the spool drains by itself',
  },
  RK_BREAKER: {
    meaning: 'a breaker is open: error rate, drawdown, loss or order frequency',
    todo: 'cdb status names the breaker; find the cause before a release',
    limits: [
      'breaker.errorRateMaxFraction',
      'breaker.errorRateOrdersMin',
      'breaker.drawdownMaxFraction',
      'breaker.lossMaxFraction',
      'breaker.ordersPerMinMax',
    ],
  },
  RK_NO_STRATEGY: {
    meaning: 'the signal names no strategy',
    todo: 'set signal.strategyId',
    limits: ['signal.strategyId'],
  },
  RK_SHUTDOWN: {
    meaning: 'this strategy or bot was shut down',
    todo: 'find why in the alerts, then restart the strategy on purpose',
  },
  RK_ALLOCATION: {
    meaning: 'the strategy has no allocation, or a cooldown runs',
    todo: 'check regime and cooldown of the strategy',
    limits: ['allocation.cooldownSec', 'allocation.minStableSec', 'allocation.earlyEnabled'],
  },
  RK_RISK_OFF: {
    meaning: 'risk is off in this regime; only exits and small orders pass',
    todo: 'wait for a calmer regime',
    limits: ['risk.earlyLiveMaxAllocFraction'],
  },
  RK_DRAWDOWN: {
    meaning: 'the loss of the day reached its limit',
    todo: 'review the losing trades; entries stay closed until cdb kill-switch release',
    limits: ['risk.maxDailyDrawdownFraction'],
  },
  RK_EXPOSURE: {
    meaning: 'filled and pending exposure reached the limit',
    todo: 'wait for exits or raise risk.maxTotalExposureFraction',
    limits: ['risk.maxTotalExposureFraction'],
  },
  RK_POSITION: {
    meaning: 'the position in this symbol reached its limit',
    todo: 'wait for exits or raise risk.maxPositionFraction',
    limits: ['risk.maxPositionFraction'],
  },
  RK_SIZE: {
    meaning: 'sizing gives no quantity, or there is no usable price',
    todo: 'check balance, allocation and price',
    limits: ['risk.balanceUsdt', 'risk.maxPositionFraction'],
  },
  RK_CANARY_SYMBOL: {
    meaning: 'the canary is approved for another symbol',
    todo: 'nothing: one symbol is the ceiling of a canary',
  },
  RK_CANARY_ACTIVE: {
    meaning: 'the canary has an order out already',
    todo: 'nothing: one active order is the ceiling of a canary',
  },
  RK_CANARY_ORDERS: {
    meaning: 'the canary has sent all orders of its session; the last one is kept for an exit',
    todo: 'cdb canary status; a new session needs a new approval',
  },
  RK_CANARY_COOLDOWN: {
    meaning: 'the canary waits between two entries',
    todo: 'nothing: the cooldown is in its plan',
  },
  RK_CANARY_NOTIONAL: {
    meaning: 'this entry would pass what the session of the canary may spend',
    todo: 'cdb canary status; a new session needs a new approval',
  },
  RK_EXPOSURE_HARD: {
    meaning: 'this order would push exposure over the limit',
    todo: 'wait for exits or raise risk.maxTotalExposureFraction',
    limits: ['risk.maxTotalExposureFraction', 'risk.maxPositionFraction'],
  },
  RK_BUNDLE: {
    meaning: 'the order bundle denies the order or does not match it',
    todo: 'the decision names the bundle codes; compare limits and order',
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

/** The order bundle; all that apply are listed. They stay inside the bundle. */
export const BUNDLE_REASONS = {
  RC_INVALID_RUN_MODE: {
    meaning: 'run mode is not shadow, paper, replay or live',
    todo: 'set the run mode',
  },
  RC_INVALID_ORDER_SIDE: { meaning: 'side is not BUY or SELL', todo: 'correct the order' },
  RC_NON_POSITIVE_QTY: { meaning: 'quantity is zero or negative', todo: 'correct the order' },
  RC_NON_POSITIVE_PRICE: { meaning: 'price is zero or negative', todo: 'check the price source' },
  RC_NEGATIVE_BALANCE: { meaning: 'balance is negative', todo: 'check the account state' },
  RC_NEGATIVE_EXPOSURE: { meaning: 'exposure is negative', todo: 'check the account state' },
  RC_NEGATIVE_DRAWDOWN: { meaning: 'drawdown is negative', todo: 'check the account state' },
  RC_INVALID_LIMIT_MAX_NOTIONAL: {
    meaning: 'the notional limit is not positive',
    todo: 'check balance and risk.maxPositionFraction',
    limits: ['risk.balanceUsdt', 'risk.maxPositionFraction'],
  },
  RC_INVALID_LIMIT_MAX_EXPOSURE: {
    meaning: 'the exposure limit is not positive',
    todo: 'check balance and risk.maxTotalExposureFraction',
    limits: ['risk.balanceUsdt', 'risk.maxTotalExposureFraction'],
  },
  RC_INVALID_LIMIT_MAX_DRAWDOWN: {
    meaning: 'the drawdown limit is not positive',
    todo: 'check risk.maxDailyDrawdownFraction',
    limits: ['risk.maxDailyDrawdownFraction'],
  },
  RC_LIMIT_NOTIONAL: {
    meaning: 'the order is larger than the notional limit',
    todo: 'trade smaller or raise risk.maxPositionFraction',
    limits: ['risk.balanceUsdt', 'risk.maxPositionFraction'],
  },
  RC_LIMIT_EXPOSURE: {
    meaning: 'exposure after the order is over its limit',
    todo: 'wait for exits or raise risk.maxTotalExposureFraction',
    limits: ['risk.balanceUsdt', 'risk.maxTotalExposureFraction'],
  },
  RC_LIMIT_DRAWDOWN: {
    meaning: 'drawdown is over its limit',
    todo: 'no new risk until the UTC day ends',
    limits: ['risk.maxDailyDrawdownFraction'],
  },
} as const satisfies Readonly<Record<string, ReasonText>>;

export type GateCode = keyof typeof GATE_REASONS;
export type LayerCode = keyof typeof LAYER_REASONS;
export type BundleCode = keyof typeof BUNDLE_REASONS;

const ALL: ReadonlyMap<string, ReasonText> = new Map<string, ReasonText>([
  ...Object.entries(GATE_REASONS),
  ...Object.entries(LAYER_REASONS),
  ...Object.entries(BUNDLE_REASONS),
]);

export const REASON_CODES: readonly string[] = [...ALL.keys()];

/** @returns `undefined` for a code that no check gives */
export function reasonText(code: string): ReasonText | undefined {
  return ALL.get(code);
}

/** What a code means, or the code itself where it is none of ours. */
export function reasonMeaning(code: string): string {
  return reasonText(code)?.meaning ?? code;
}

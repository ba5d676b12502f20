import type { CanaryTrigger } from './canary-terms.js';
import type { Level, Mode, Scopes } from './control.js';
import type { GateValues } from './gate.js';
import type { Ref } from './ids.js';
import type { FeedGapReason } from './inputs.js';

/**
 * The catalogue of facts that the fold emits. Each is plain JSON: exact amounts are decimal text
 * with eight places, indicators are float64, times are venue time in the unit of the name.
 * `ref` says where the fact was born and `cause` which fact or input (ord -1) it follows from, so
 * any fill can be walked back to its trade. Ids derive from `ref` (ids.ts) and are not stored here.
 */
interface Fact {
  readonly ref: Ref;
  readonly cause: Ref;
  readonly tsMs: number;
}

/** `flatten`: closes a position because a stop asked for it. */
export type OrderOrigin = 'signal' | 'unwind_reactive' | 'unwind_proactive' | 'flatten';
/** `stuck`: something is left, and nothing goes on by itself; it goes on when the reason is gone. */
export type ExitState = 'cancelling' | 'reducing' | 'stuck' | 'done' | 'withdrawn';
export type Side = 'BUY' | 'SELL';
export type RegimeName = 'UNKNOWN' | 'TREND' | 'RANGE' | 'HIGH_VOL_CHAOTIC';
/** Which book a fill belongs to; shadow books only what would have happened. */
export type Book = 'real' | 'hypothetical';

export type TradeFault =
  | 'missing_field'
  | 'bad_symbol'
  | 'symbol_limit'
  | 'bad_time'
  | 'future'
  | 'late'
  | 'bad_price'
  | 'non_positive_price'
  | 'bad_qty'
  | 'non_positive_qty'
  | 'out_of_range'
  | 'precision'
  | 'price_jump'
  | 'duplicate'
  /** Kept in its still open candle, but it sets no price. */
  | 'out_of_order';

export interface TradeRefused extends Fact {
  readonly kind: 'TradeRefused';
  readonly symbol: string;
  readonly fault: TradeFault;
  /** False for `out_of_order`: the trade counts in its candle. */
  readonly dropped: boolean;
}

export interface CandleClosed extends Fact {
  readonly kind: 'CandleClosed';
  readonly symbol: string;
  readonly startSec: number;
  readonly intervalSec: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly trades: number;
  /** Trades of this window are missing, or may be; absent where all are there. */
  readonly incomplete?: true;
}

/** A feed can no longer say what trades there are. */
export interface FeedGapOpened extends Fact {
  readonly kind: 'FeedGapOpened';
  readonly symbol: string;
  readonly reason: FeedGapReason;
}

/** What is known of the trades that did not come; see the input `FeedRestored`. */
export interface FeedGapClosed extends Fact {
  readonly kind: 'FeedGapClosed';
  readonly symbol: string;
  readonly reason: FeedGapReason;
  readonly fromMs: number | null;
  readonly toMs: number;
  readonly tradesMissing: number | null;
}

/** Indicators after one candle; not a wire message of its own. Null = not enough candles. */
export interface RegimeMeasured extends Fact {
  readonly kind: 'RegimeMeasured';
  readonly symbol: string;
  readonly candleSec: number;
  readonly atr: number | null;
  readonly adx: number | null;
  readonly regime: RegimeName;
}

/** A confirmed regime, or the unchanged one repeated as a heartbeat. */
export interface RegimeObserved extends Fact {
  readonly kind: 'RegimeObserved';
  readonly symbol: string;
  readonly candleSec: number;
  readonly intervalSec: number;
  readonly regime: RegimeName;
  readonly atr: number | null;
  readonly adx: number | null;
  readonly heartbeat: boolean;
}

export interface MarketStateUpdated extends Fact {
  readonly kind: 'MarketStateUpdated';
  readonly symbol: string;
  readonly return1mPp: number;
  readonly return5mPp: number;
  readonly priceChange5mPp: number;
  readonly closeNow: number;
  readonly close1mAgo: number;
  readonly close5mAgo: number;
  readonly lastTickTsMs: number;
  /** 0 trend, 1 range, 2 volatile, 3 crisis; null = unknown or stale. */
  readonly regimeId: number | null;
}

export interface AllocationDecided extends Fact {
  readonly kind: 'AllocationDecided';
  readonly strategyId: string;
  readonly symbol: string;
  readonly allocationFraction: number;
  readonly reason: string;
  readonly cooldownUntilSec: number | null;
}

export interface SignalRaised extends Fact {
  readonly kind: 'SignalRaised';
  readonly symbol: string;
  readonly strategyId: string;
  readonly botId: string;
  readonly side: Side;
  readonly price: string;
  readonly tradeQty: string;
  readonly pctChangePp: number | null;
  /** True change over 15 minutes; null until 15 minutes were seen. */
  readonly pctChange15mPp: number | null;
  readonly volume15m: number | null;
  readonly origin: OrderOrigin;
  readonly reason: string;
}

/** What the gate saw and how it judged (domain.md 3.5). */
export interface GateEvidence extends Omit<GateValues, 'symbol' | 'nowMs'> {
  readonly decision: 'ALLOW' | 'BLOCK';
  readonly reasonCode: string | null;
  readonly stalenessSec: number | null;
  readonly dataSilenceSec: number | null;
}

export type BreakerName = 'daily_drawdown' | 'error_rate' | 'drawdown' | 'loss' | 'frequency';

/** What the layers around the gate saw; with it and the limits the verdict can be given again. */
export interface RiskEvidence {
  /** Of this strategy and symbol. */
  readonly level: Level;
  readonly mode: Mode;
  readonly origin: OrderOrigin;
  readonly auditStalled: string | null;
  readonly regime: string;
  readonly stopped: boolean;
  readonly allocationFraction: number;
  readonly cooldownUntilSec: number | null;
  /** Tripped before this decision. */
  readonly breaker: BreakerName | null;
  readonly outcomes: number;
  readonly outcomesFailed: number;
  readonly ordersLastMin: number;
  readonly drawdownFraction: number;
  readonly dailyDrawdownPp: number;
  readonly dailyPnlUsdt: string;
  readonly equityUsdt: string;
  /** What an order against the position may still take; 0 for an entry. */
  readonly reducibleQty: string;
  readonly totalExposureUsdt: string;
  /** Holding of the symbol with every open BUY, and with every open SELL, filled. */
  readonly longQty: string;
  readonly shortQty: string;
  /** What the holding is valued at: the highest price that counts. */
  readonly worstPrice: string;
  /** Of an order under the ceilings of a canary; absent for all others. */
  readonly canary?: CanaryEvidence;
}

/** Ceilings of a canary, and what it has used of them. */
export interface CanaryEvidence {
  /** It runs or is held. */
  readonly isActive: boolean;
  /** The approved one. */
  readonly symbol: string;
  readonly openOrders: number;
  readonly openOrdersMax: number;
  readonly ordersSent: number;
  readonly ordersMax: number;
  readonly cooldownLeftMs: number;
  /** Of entries, at the worst price that they may pay. */
  readonly notionalPerOrderUsdt: string;
  readonly notionalSentUsdt: string;
  readonly notionalTotalUsdt: string;
}

/** The one final verdict on a signal. */
export interface RiskDecided extends Fact {
  readonly kind: 'RiskDecided';
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly price: string;
  readonly decision: 'ALLOW' | 'BLOCK';
  readonly reasonCode: string | null;
  /** The refusing layer's own words with the figures it compared; empty for ALLOW. */
  readonly detail: string;
  readonly qty: string;
  readonly reduceOnly: boolean;
  readonly signalRef: Ref;
  readonly gate: GateEvidence | null;
  readonly risk: RiskEvidence;
  readonly epoch: number;
}

export interface OrderRequested extends Fact {
  readonly kind: 'OrderRequested';
  readonly symbol: string;
  readonly strategyId: string;
  readonly botId: string;
  readonly side: Side;
  readonly qty: string;
  /** Price the decision was made on; the order may fill up to `priceBound`. */
  readonly price: string;
  readonly priceBound: string;
  readonly reduceOnly: boolean;
  readonly origin: OrderOrigin;
  readonly reason: string;
  readonly stopLossFraction: number;
  readonly mode: Mode;
  readonly signalRef: Ref;
  readonly decisionRef: Ref;
  readonly epoch: number;
  /** What the bundle was judged on (domain.md 3.6), so that it can be rebuilt byte for byte. */
  readonly bundle: BundleFacts;
}

export interface BundleFacts {
  readonly balanceUsdt: string;
  readonly totalExposureUsdt: string;
  readonly dailyDrawdownPp: string;
  readonly maxNotionalUsdt: string;
  readonly maxTotalExposureUsdt: string;
  readonly maxDailyDrawdownPp: string;
  readonly openPositions: readonly { readonly symbol: string; readonly quantity: string }[];
}

/** An order that never left: shadow mode, the venue gate, or an insane payload. */
export interface OrderRefused extends Fact {
  readonly kind: 'OrderRefused';
  readonly orderRef: Ref;
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly qty: string;
  readonly by: 'shadow' | 'level' | 'epoch' | 'shutdown' | 'payload';
  readonly message: string;
}

export interface OrderFilled extends Fact {
  readonly kind: 'OrderFilled';
  readonly book: Book;
  readonly orderRef: Ref;
  readonly signalRef: Ref;
  readonly decisionRef: Ref;
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly status: 'FILLED' | 'PARTIALLY_FILLED';
  /** This fill. */
  readonly qty: string;
  readonly price: string;
  readonly fee: string;
  readonly slippageBps: number;
  /** The order so far. */
  readonly orderQty: string;
  readonly cumQty: string;
  readonly avgPrice: string;
  /** Null for a fill that opens or adds. */
  readonly realizedPnl: string | null;
}

/** The venue's final no, or the end of what was left of a partly filled order. */
export interface OrderRejected extends Fact {
  readonly kind: 'OrderRejected';
  readonly book: Book;
  readonly orderRef: Ref;
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly status: 'REJECTED' | 'CANCELLED' | 'FAILED';
  readonly qty: string;
  readonly cumQty: string;
  readonly message: string;
}

/** An open order is to end. What comes of it is a fill or `OrderRejected`. */
export interface CancelRequested extends Fact {
  readonly kind: 'CancelRequested';
  readonly orderRef: Ref;
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  /** What is not filled of it. */
  readonly qty: string;
}

/** What a stop has asked for beside the stop, and how far it is. */
export interface ExitChanged extends Fact {
  readonly kind: 'ExitChanged';
  readonly killId: string;
  readonly cancelOpen: boolean;
  readonly flatten: boolean;
  readonly scopes: readonly string[];
  readonly state: ExitState;
  /** Of its scopes. */
  readonly openOrders: number;
  readonly positions: readonly { readonly symbol: string; readonly qty: string }[];
  /** Why something is left; empty while it goes on. */
  readonly why: string;
}

export interface PositionChanged extends Fact {
  readonly kind: 'PositionChanged';
  readonly book: Book;
  readonly symbol: string;
  /** Counts the openings of this symbol in this run; a reopened position is a new row. */
  readonly openNumber: number;
  readonly side: 'long' | 'short' | 'none';
  readonly qty: string;
  readonly entryPrice: string;
  /** Of the fill that changed it. */
  readonly lastPrice: string;
  readonly unrealizedPnl: string;
  readonly realizedPnl: string;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
}

/** One balanced posting: the amounts sum to zero. */
export interface LedgerPosted extends Fact {
  readonly kind: 'LedgerPosted';
  readonly book: Book;
  readonly entries: readonly { readonly account: string; readonly amountUsdt: string }[];
}

export interface PortfolioMarked extends Fact {
  readonly kind: 'PortfolioMarked';
  readonly book: Book;
  readonly equityUsdt: string;
  readonly cashUsdt: string;
  readonly exposureUsdt: string;
  readonly pendingUsdt: string;
  readonly unrealizedPnlUsdt: string;
  readonly realizedPnlUsdt: string;
  readonly feesUsdt: string;
  readonly dailyPnlUsdt: string;
  readonly drawdownFraction: number;
  readonly openPositions: number;
}

export interface BotStopped extends Fact {
  readonly kind: 'BotStopped';
  readonly reason: string;
  /** Null = every strategy. */
  readonly strategyId: string | null;
}

export interface AlertRaised extends Fact {
  readonly kind: 'AlertRaised';
  readonly level: 'INFO' | 'WARNING' | 'CRITICAL';
  readonly code: string;
  readonly message: string;
}

export interface ControlApplied extends Fact {
  readonly kind: 'ControlApplied';
  readonly level: Level;
  readonly scopes: Scopes;
  readonly mode: Mode;
  readonly reason: string;
  readonly message: string;
  readonly operator: string;
  readonly previousLevel: Level;
  readonly epoch: number;
}

/** Under a canary: which book a signal is decided on. */
export interface SignalRouted extends Fact {
  readonly kind: 'SignalRouted';
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly sessionId: string;
  readonly to: 'canary' | 'shadow';
  readonly why: 'share' | 'exit' | 'held' | 'nothing_held';
  /** 0 to below 100; entries below the percentage are routed. */
  readonly bucket: number;
  readonly percent: number;
}

/** A canary started, took another share, is held, or ended. */
export interface CanaryChanged extends Fact {
  readonly kind: 'CanaryChanged';
  readonly sessionId: string;
  readonly planHash: string;
  readonly phase: 'off' | 'running' | 'held' | 'ended';
  readonly percent: number;
  readonly trigger: CanaryTrigger | 'operator' | null;
  readonly detail: string;
  readonly ordersSent: number;
  readonly notionalSentUsdt: string;
  /** Of its symbol in the real book, signed; what is left is for a person. */
  readonly heldQty: string;
}

export type Output =
  | TradeRefused
  | FeedGapOpened
  | FeedGapClosed
  | CandleClosed
  | RegimeMeasured
  | RegimeObserved
  | MarketStateUpdated
  | AllocationDecided
  | SignalRaised
  | RiskDecided
  | OrderRequested
  | OrderRefused
  | OrderFilled
  | OrderRejected
  | CancelRequested
  | ExitChanged
  | PositionChanged
  | LedgerPosted
  | PortfolioMarked
  | BotStopped
  | AlertRaised
  | ControlApplied
  | SignalRouted
  | CanaryChanged;

export type OutputKind = Output['kind'];

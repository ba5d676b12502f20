import { e8ToNumber, type E8 } from '../domain/e8.js';
import type { TradeFault } from '../domain/events.js';
import type { TradeObserved } from '../domain/inputs.js';
import type { Thresholds } from '../domain/thresholds.js';
import { jumpVerdict, noJump, type PriceJump } from './price-jump.js';
import {
  addTradeId,
  forgetTradeIds,
  hasTradeId,
  noTradeIds,
  type SeenTradeIds,
} from './seen-trade-ids.js';
import { readAmount, type AmountFault } from '../domain/trade-amount.js';
import { isTradeSymbol } from '../domain/trade-symbol.js';

/** What the door remembers. Owned by the fold and changed in place; plain data. */
export interface IntakeState {
  readonly symbols: Map<string, SymbolIntake>;
  accepted: number;
  /** Only faults that have occurred are listed. */
  readonly faults: Partial<Record<TradeFault, number>>;
}

interface SymbolIntake {
  readonly symbol: string;
  /** Ids are unique per venue only; trades of other venues get theirs as a prefix. */
  readonly venue: string;
  /** The symbol's time: the maximum accepted venue time. */
  timeMs: number;
  lastPrice: number;
  readonly jump: PriceJump;
  readonly ids: SeenTradeIds;
  /** Start of the window that `ids` belong to. */
  idsFromMs: number;
}

/** A trade that the fold works with. Price and quantity are exact; the numbers are their floats. */
export interface AcceptedTrade {
  readonly symbol: string;
  readonly tsMs: number;
  readonly priceE8: E8;
  readonly qtyE8: E8;
  readonly price: number;
  readonly qty: number;
  /** Older than the symbol's time: it counts in its candle, but is no new price. */
  readonly outOfOrder: boolean;
}

/** 2001-09-09 to 2286-11-20: seconds and microseconds taken for milliseconds fall outside. */
const TS_MS_MIN = 1e12;
const TS_MS_MAX = 1e13;

export function initialIntake(): IntakeState {
  return { symbols: new Map(), accepted: 0, faults: {} };
}

/**
 * The one door for trades. Never throws, and a refused trade changes nothing but a counter (and,
 * for `price_jump`, the candidate for a new price level).
 * @param closedUntilMs  end of what the symbol's candles have closed; older trades are `late`
 * @returns the trade, or why it is dropped. `outOfOrder` trades are accepted but still to be
 *          reported as a fault that drops nothing
 */
export function admitTrade(
  state: IntakeState,
  trade: TradeObserved,
  closedUntilMs: number,
  limits: Thresholds['intake'],
): AcceptedTrade | TradeFault {
  const verdict = judge(state, trade, closedUntilMs, limits);
  if (typeof verdict === 'string') {
    count(state, verdict);
    return verdict;
  }
  state.accepted += 1;
  if (verdict.outOfOrder) count(state, 'out_of_order');
  return verdict;
}

function count(state: IntakeState, fault: TradeFault): void {
  state.faults[fault] = (state.faults[fault] ?? 0) + 1;
}

function judge(
  state: IntakeState,
  trade: TradeObserved,
  closedUntilMs: number,
  limits: Thresholds['intake'],
): AcceptedTrade | TradeFault {
  const { tsMs } = trade;
  if (trade.symbol === '' || trade.price === '' || trade.qty === '' || tsMs === null) {
    return 'missing_field';
  }
  const known = state.symbols.get(trade.symbol);
  if (known === undefined && !isTradeSymbol(trade.symbol)) return 'bad_symbol';
  if (!Number.isInteger(tsMs) || tsMs < TS_MS_MIN || tsMs >= TS_MS_MAX) return 'bad_time';
  // Written so that a receipt time that is no number refuses as well.
  if (!(tsMs <= trade.receivedAtMs + limits.futureMsMax)) return 'future';
  if (tsMs < closedUntilMs) return 'late';
  const priceE8 = readAmount(trade.price);
  if (typeof priceE8 === 'string') return PRICE_FAULTS[priceE8];
  const qtyE8 = readAmount(trade.qty);
  if (typeof qtyE8 === 'string') return QTY_FAULTS[qtyE8];
  if (known === undefined && state.symbols.size >= limits.symbolsMax) return 'symbol_limit';

  const price = e8ToNumber(priceE8);
  const own = known ?? addSymbol(state, trade, tsMs, price);
  const fault = judgeAgainstPast(own, trade, { tsMs, price, closedUntilMs }, limits);
  if (fault !== null) return fault;
  const outOfOrder = tsMs < own.timeMs;
  if (!outOfOrder) {
    own.timeMs = tsMs;
    own.lastPrice = price;
  }
  const { symbol } = own;
  return { symbol, tsMs, priceE8, qtyE8, price, qty: e8ToNumber(qtyE8), outOfOrder };
}

const PRICE_FAULTS: Readonly<Record<AmountFault, TradeFault>> = {
  malformed: 'bad_price',
  precision: 'precision',
  non_positive: 'non_positive_price',
  out_of_range: 'out_of_range',
};

const QTY_FAULTS: Readonly<Record<AmountFault, TradeFault>> = {
  malformed: 'bad_qty',
  precision: 'precision',
  non_positive: 'non_positive_qty',
  out_of_range: 'out_of_range',
};

/** Only with a trade that is certain to be accepted: nothing in its past can speak against it. */
function addSymbol(
  state: IntakeState,
  trade: TradeObserved,
  tsMs: number,
  price: number,
): SymbolIntake {
  const own: SymbolIntake = {
    symbol: trade.symbol,
    venue: trade.venue,
    timeMs: tsMs,
    lastPrice: price,
    jump: noJump(),
    ids: noTradeIds(),
    idsFromMs: 0,
  };
  state.symbols.set(own.symbol, own);
  return own;
}

interface PricedMoment {
  readonly tsMs: number;
  readonly price: number;
  readonly closedUntilMs: number;
}

function judgeAgainstPast(
  own: SymbolIntake,
  trade: TradeObserved,
  { tsMs, price, closedUntilMs }: PricedMoment,
  limits: Thresholds['intake'],
): TradeFault | null {
  // Ids of closed windows can't come again as anything but `late`, so they are not kept.
  if (closedUntilMs > own.idsFromMs) {
    forgetTradeIds(own.ids);
    own.idsFromMs = closedUntilMs;
  }
  const id = ownId(own, trade);
  if (id !== null && hasTradeId(own.ids, id)) return 'duplicate';
  const outOfOrder = tsMs < own.timeMs;
  const verdict = jumpVerdict(own.jump, { price, id, outOfOrder }, own.lastPrice, limits);
  if (verdict !== null) return verdict;
  if (id !== null) addTradeId(own.ids, id);
  return null;
}

function ownId(own: SymbolIntake, trade: TradeObserved): string | null {
  if (trade.tradeId === null || trade.tradeId === '') return null;
  return trade.venue === own.venue ? trade.tradeId : `${trade.venue}|${trade.tradeId}`;
}

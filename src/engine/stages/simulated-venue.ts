import {
  absE8,
  divideHalfEven,
  e8FromNumber,
  e8ToNumber,
  formatE8,
  mulE8,
  type E8,
} from '../domain/e8.js';
import type { StepOutputs } from '../domain/emit.js';
import type { OrderOrigin, Side } from '../domain/events.js';
import type { Ref } from '../domain/ids.js';
import type { OrderReported } from '../domain/inputs.js';
import { seededUnit } from '../domain/seeded.js';
import { textHash } from '../domain/text-hash.js';
import type { Thresholds } from '../domain/thresholds.js';
import { isFinal, mayFollow, type OrderStatus } from './order-state.js';
import { applyFill, realizedBy, type PortfolioState } from './portfolio.js';

export interface OpenOrder {
  ref: Ref;
  signalRef: Ref;
  decisionRef: Ref;
  /** Of the symbol, counted upwards; with symbol and seed it decides every simulated outcome. */
  number: number;
  symbol: string;
  strategyId: string;
  side: Side;
  qtyE8: E8;
  filledE8: E8;
  /** Sum of quantity times price, unrounded: counts 1e-16. */
  notionalE16: bigint;
  priceE8: E8;
  boundE8: E8;
  reduceOnly: boolean;
  origin: OrderOrigin;
  status: OrderStatus;
  requestedAtMs: number;
  /** The venue sees the order from this venue time on. */
  dueAtMs: number;
  /** A cancel is with the venue from this venue time on; null where none was asked for. */
  cancelAtMs: number | null;
  /** What became of it is not known: neither market nor time does anything to it here. */
  unknown: boolean;
}

export interface VenueState {
  orders: Map<string, OpenOrder[]>;
  orderCounts: Map<string, number>;
}

export interface MarketTrade {
  readonly symbol: string;
  readonly priceE8: E8;
  readonly tsMs: number;
}

export interface VenueContext {
  readonly portfolio: PortfolioState;
  readonly out: StepOutputs;
  readonly cause: Ref;
  readonly limits: Thresholds['paper'];
  readonly seed: number;
}

/** What came of an order in this step; the caller tells allocation, breakers and unwind. */
export interface VenueResult {
  readonly order: OpenOrder;
  readonly ref: Ref;
  readonly filledE8: E8;
  readonly priceE8: E8;
  readonly final: boolean;
  readonly failed: boolean;
  /** It never reached the venue, so that its end says nothing of the venue. */
  readonly neverLeft?: true;
  readonly slippageBps: number;
}

const SALT = { latency: 1, reject: 2, partial: 3, share: 4, slippage: 5, cancel: 6 } as const;
const BPS = 10_000;

export function initialVenue(): VenueState {
  return { orders: new Map(), orderCounts: new Map() };
}

/** Depends on nothing but the order's own symbol, so that a shard draws what the whole run draws. */
function drawn(
  { symbol, number }: Pick<OpenOrder, 'symbol' | 'number'>,
  seed: number,
  salt: number,
): number {
  return seededUnit(seed ^ textHash(symbol), number, salt);
}

/** Accepts an order that passed the gate; its outcome comes with later trades. */
export function submit(
  venue: VenueState,
  order: Omit<
    OpenOrder,
    'number' | 'filledE8' | 'notionalE16' | 'status' | 'dueAtMs' | 'cancelAtMs' | 'unknown'
  >,
  context: Pick<VenueContext, 'limits' | 'seed'>,
): void {
  const { symbol } = order;
  const number = (venue.orderCounts.get(symbol) ?? 0) + 1;
  venue.orderCounts.set(symbol, number);
  const opened: OpenOrder = {
    ...order,
    number,
    filledE8: 0n,
    notionalE16: 0n,
    status: 'SUBMITTED',
    dueAtMs: order.requestedAtMs + latencyMs({ symbol, number }, SALT.latency, context),
    cancelAtMs: null,
    unknown: false,
  };
  const open = venue.orders.get(symbol);
  if (open === undefined) venue.orders.set(symbol, [opened]);
  else open.push(opened);
}

function latencyMs(
  order: Pick<OpenOrder, 'symbol' | 'number'>,
  salt: number,
  { limits, seed }: Pick<VenueContext, 'limits' | 'seed'>,
): number {
  const { latencyMsMin, latencyMsMax } = limits;
  return Math.round(latencyMsMin + drawn(order, seed, salt) * (latencyMsMax - latencyMsMin));
}

/** Asks the venue to end an order; like every order it takes its time, and a fill may come first. */
export function requestCancel(
  order: OpenOrder,
  nowMs: number,
  context: Pick<VenueContext, 'limits' | 'seed'>,
): void {
  const seenAtMs = Math.max(nowMs, order.dueAtMs);
  order.cancelAtMs ??= seenAtMs + latencyMs(order, SALT.cancel, context);
}

/** Matches open orders of the symbol against one trade of the market, oldest order first. */
export function matchTrade(
  venue: VenueState,
  trade: MarketTrade,
  context: VenueContext,
): readonly VenueResult[] {
  const open = venue.orders.get(trade.symbol);
  if (open === undefined) return [];
  const results: VenueResult[] = [];
  for (const order of open) {
    if (order.dueAtMs > trade.tsMs || order.unknown) continue;
    const result =
      expire(order, trade.tsMs, context) ??
      refuse(order, trade, context) ??
      fill(order, trade, context);
    if (result !== null) results.push(result);
  }
  if (results.some((result) => result.final)) dropFinal(venue, trade.symbol);
  return results;
}

/** Ends what is overdue where no trade comes to do it. */
export function expireOverdue(
  venue: VenueState,
  nowMs: number,
  context: VenueContext,
): readonly VenueResult[] {
  const results: VenueResult[] = [];
  for (const [symbol, open] of [...venue.orders]) {
    const expired = open
      .map((order) => expire(order, nowMs, context))
      .filter((result) => result !== null);
    if (expired.length > 0) dropFinal(venue, symbol);
    results.push(...expired);
  }
  return results;
}

/** Says of one open order what is known from outside; one that is gone already stays as it is. */
export function reportOrder(
  venue: VenueState,
  report: Pick<OrderReported, 'orderRef' | 'symbol' | 'status' | 'message' | 'refusedBy'>,
  context: VenueContext & { readonly nowMs: number },
): readonly VenueResult[] {
  const { seq, ord } = report.orderRef;
  const order = venue.orders
    .get(report.symbol)
    ?.find(({ ref }) => ref.seq === seq && ref.ord === ord);
  if (order === undefined) return [];
  order.unknown = report.status === 'UNKNOWN';
  if (report.status !== 'REJECTED') return [];
  const status = order.filledE8 === 0n ? 'REJECTED' : 'CANCELLED';
  const result = end(order, { status, message: report.message, nowMs: context.nowMs }, context);
  dropFinal(venue, report.symbol);
  if (result === null) return [];
  return [report.refusedBy === 'gate' ? { ...result, neverLeft: true } : result];
}

/** Cancels what is open and would add risk; what only reduces goes on. */
export function cancelEntries(
  venue: VenueState,
  how: { readonly message: string; readonly nowMs: number },
  context: VenueContext,
): readonly VenueResult[] {
  const results: VenueResult[] = [];
  for (const [symbol, open] of [...venue.orders]) {
    const cancelled = open
      .filter(({ reduceOnly }) => !reduceOnly)
      .map((order) => end(order, { status: 'CANCELLED', ...how }, context))
      .filter((result) => result !== null);
    if (cancelled.length > 0) dropFinal(venue, symbol);
    results.push(...cancelled);
  }
  return results;
}

function dropFinal(venue: VenueState, symbol: string): void {
  const rest = (venue.orders.get(symbol) ?? []).filter((order) => !isFinal(order.status));
  if (rest.length === 0) venue.orders.delete(symbol);
  else venue.orders.set(symbol, rest);
}

function expire(order: OpenOrder, nowMs: number, context: VenueContext): VenueResult | null {
  if (order.unknown) return null;
  if (order.cancelAtMs !== null && order.cancelAtMs <= nowMs) {
    return end(order, { status: 'CANCELLED', message: 'cancelled on request', nowMs }, context);
  }
  if (nowMs - order.dueAtMs <= context.limits.orderTimeoutMs) return null;
  return end(
    order,
    { status: 'CANCELLED', message: 'Order timeout: rest cancelled', nowMs },
    context,
  );
}

function refuse(order: OpenOrder, trade: MarketTrade, context: VenueContext): VenueResult | null {
  if (order.status !== 'SUBMITTED') return null;
  if (drawn(order, context.seed, SALT.reject) >= context.limits.rejectFraction) return null;
  const message = 'Paper rejection: insufficient liquidity';
  return end(order, { status: 'REJECTED', message, nowMs: trade.tsMs }, context);
}

function end(
  order: OpenOrder,
  how: { status: 'REJECTED' | 'CANCELLED'; message: string; nowMs: number },
  context: VenueContext,
): VenueResult | null {
  if (!mayFollow(order.status, how.status)) return null;
  order.status = how.status;
  const ref = context.out.emit({
    kind: 'OrderRejected',
    cause: context.cause,
    tsMs: how.nowMs,
    book: context.portfolio.book,
    orderRef: order.ref,
    symbol: order.symbol,
    strategyId: order.strategyId,
    side: order.side,
    status: how.status,
    qty: formatE8(order.qtyE8),
    cumQty: formatE8(order.filledE8),
    message: how.message,
  });
  // A quiet market is no fault of the venue: an order that times out counts as no error.
  const failed = how.status === 'REJECTED';
  return { order, ref, filledE8: 0n, priceE8: 0n, final: true, failed, slippageBps: 0 };
}

function fill(order: OpenOrder, trade: MarketTrade, context: VenueContext): VenueResult | null {
  const priceE8 = fillPrice(order, trade, context);
  const qtyE8 = fillQty(order, context);
  if (priceE8 === null || qtyE8 <= 0n) return null;
  const feeE8 = mulE8(mulE8(qtyE8, priceE8), e8FromNumber(context.limits.feeBps / BPS));
  const booked = {
    symbol: order.symbol,
    side: order.side,
    qtyE8,
    priceE8,
    feeE8,
    tsMs: trade.tsMs,
  };
  const realizedE8 = realizedBy(context.portfolio, booked);
  order.filledE8 += qtyE8;
  order.notionalE16 += qtyE8 * priceE8;
  order.status = order.filledE8 === order.qtyE8 ? 'FILLED' : 'PARTIALLY_FILLED';
  const slippageBps = slippage(order, priceE8);
  const ref = context.out.emit({
    kind: 'OrderFilled',
    cause: context.cause,
    tsMs: trade.tsMs,
    book: context.portfolio.book,
    orderRef: order.ref,
    signalRef: order.signalRef,
    decisionRef: order.decisionRef,
    symbol: order.symbol,
    strategyId: order.strategyId,
    side: order.side,
    status: order.status,
    qty: formatE8(qtyE8),
    price: formatE8(priceE8),
    fee: formatE8(feeE8),
    slippageBps,
    orderQty: formatE8(order.qtyE8),
    cumQty: formatE8(order.filledE8),
    avgPrice: formatE8(divideHalfEven(order.notionalE16, order.filledE8)),
    realizedPnl: realizedE8 === null ? null : formatE8(realizedE8),
  });
  applyFill(context.portfolio, context.out, booked, ref);
  const final = order.status === 'FILLED';
  return { order, ref, filledE8: qtyE8, priceE8, final, failed: false, slippageBps };
}

/** The market's price, a seeded step to the worse; null while it lies beyond the order's bound. */
function fillPrice(order: OpenOrder, trade: MarketTrade, context: VenueContext): E8 | null {
  const bps = drawn(order, context.seed, SALT.slippage) * context.limits.slippageBpsMax;
  const stepE8 = mulE8(trade.priceE8, e8FromNumber(bps / BPS));
  const priceE8 = order.side === 'BUY' ? trade.priceE8 + stepE8 : trade.priceE8 - stepE8;
  const within = order.side === 'BUY' ? priceE8 <= order.boundE8 : priceE8 >= order.boundE8;
  return within ? priceE8 : null;
}

/** All of the rest, or a seeded share of it at first; a reducing order never exceeds the position. */
function fillQty(order: OpenOrder, context: VenueContext): E8 {
  const restE8 = order.qtyE8 - order.filledE8;
  const { seed, limits } = context;
  const partly =
    order.status === 'SUBMITTED' && drawn(order, seed, SALT.partial) < limits.partialFraction;
  const share = 0.2 + 0.6 * drawn(order, seed, SALT.share);
  const shareE8 = mulE8(restE8, e8FromNumber(share));
  const wantedE8 = partly && shareE8 > 0n ? shareE8 : restE8;
  if (!order.reduceOnly) return wantedE8;
  const heldE8 = absE8(context.portfolio.positions.get(order.symbol)?.qtyE8 ?? 0n);
  return wantedE8 < heldE8 ? wantedE8 : heldE8;
}

/** Against the decision price, positive = worse for us. */
function slippage(order: OpenOrder, priceE8: E8): number {
  const differenceE8 = order.side === 'BUY' ? priceE8 - order.priceE8 : order.priceE8 - priceE8;
  const bps = (e8ToNumber(differenceE8) / e8ToNumber(order.priceE8)) * BPS;
  return Math.round(bps * 100) / 100;
}

/** Quantities that open orders may still add or take, and the worst price they may pay. */
export function pendingOf(
  venue: VenueState,
  symbol: string,
): { readonly buyE8: E8; readonly sellE8: E8; readonly boundE8: E8 } {
  let buyE8 = 0n;
  let sellE8 = 0n;
  let boundE8 = 0n;
  for (const order of venue.orders.get(symbol) ?? []) {
    const restE8 = order.qtyE8 - order.filledE8;
    if (order.side === 'BUY') buyE8 += restE8;
    else sellE8 += restE8;
    if (order.side === 'BUY' && order.boundE8 > boundE8) boundE8 = order.boundE8;
  }
  return { buyE8, sellE8, boundE8 };
}

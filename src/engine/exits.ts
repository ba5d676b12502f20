import { booksOf, eachBook, homeBook, type ParkedBook } from './books.js';
import {
  isInScope,
  noteTry,
  planExit,
  plansTogether,
  type ExitHolding,
  type ExitOrder,
  type ExitPlan,
  type ExitSaga,
  type ExitStep,
  type ExitView,
} from './control/exit-saga.js';
import type { CoreState } from './core-state.js';
import type { ExitWish } from './domain/control.js';
import { formatE8 } from './domain/e8.js';
import type { StepOutputs } from './domain/emit.js';
import type { ExitChanged } from './domain/events.js';
import type { Ref } from './domain/ids.js';
import { exitSignal } from './signals.js';
import { requestCancel } from './stages/simulated-venue.js';
import { raiseSignal, type TradingContext } from './trading.js';

/** More stops than an operator makes before a release; only their ids are kept. */
const ENDED_MAX = 64;

/** What the register wants done beside the level: each wish is taken once, however often it is said. */
export function takeWishes(
  state: CoreState,
  wishes: readonly ExitWish[],
  {
    isWithdrawn,
    releasedBefore,
    out,
    cause,
  }: {
    /** Of a wish that the register has no more. */
    readonly isWithdrawn: (saga: ExitSaga) => boolean;
    /** Epoch of the newest release. */
    readonly releasedBefore: number;
    readonly out: StepOutputs;
    readonly cause: Ref;
  },
): void {
  const isKept = (saga: ExitSaga) =>
    wishes.some(({ killId }) => killId === saga.killId) || !isWithdrawn(saga);
  dropWithdrawn(state, isKept, out, cause);
  const known = new Set([...state.exits.map(({ killId }) => killId), ...state.exitsEnded]);
  for (const wish of wishes) {
    if (known.has(wish.killId)) continue;
    const { killId, cancelOpen, flatten, scopes } = wish;
    const begun = { state: 'cancelling', why: '', tries: new Map(), ref: cause } as const;
    const saga: ExitSaga = { killId, cancelOpen, flatten, scopes, releasedBefore, ...begun };
    saga.ref = out.emit(changed(state, saga, cause));
    state.exits.push(saga);
  }
}

/** Whoever allows trading again takes back what is not done yet. */
function dropWithdrawn(
  state: CoreState,
  isKept: (saga: ExitSaga) => boolean,
  out: StepOutputs,
  cause: Ref,
): void {
  for (const saga of state.exits) {
    if (isKept(saga)) continue;
    state.exitsEnded.push(saga.killId);
    if (isOver(saga)) continue;
    saga.state = 'withdrawn';
    saga.why = 'trading was released before it was done';
    out.emit(changed(state, saga, cause));
  }
  state.exits = state.exits.filter(isKept);
  state.exitsEnded = state.exitsEnded.slice(-ENDED_MAX);
}

/** Does what has to be done now for every wish; called behind every input. */
export function driveExits(state: CoreState, context: TradingContext): void {
  for (const saga of state.exits) {
    if (isOver(saga)) continue;
    const plans: ExitPlan[] = [];
    eachBook(state, () => {
      const plan = planExit(saga, exitView(state, context));
      for (const step of plan.steps) carryOut(state, saga, step, context);
      plans.push(plan);
    });
    const plan = plansTogether(plans);
    if (saga.state === plan.state && saga.why === plan.why) continue;
    saga.state = plan.state;
    saga.why = plan.why;
    const cause = context.out.emit(changed(state, saga, saga.ref));
    tellEnd(state, saga, cause, context);
  }
}

export function isOver({ state }: Pick<ExitSaga, 'state'>): boolean {
  return state === 'done' || state === 'withdrawn';
}

function carryOut(state: CoreState, saga: ExitSaga, step: ExitStep, context: TradingContext): void {
  const { limits, seed, out, nowMs } = context;
  if (step.kind === 'cancel') {
    const { ref, symbol, strategyId, side, restE8 } = step.order;
    const open = state.venue.orders.get(symbol)?.find((order) => isSame(order.ref, ref));
    if (open === undefined) return;
    requestCancel(open, nowMs, { limits: limits.paper, seed });
    const words = { orderRef: ref, symbol, strategyId, side, qty: formatE8(restE8) };
    out.emit({ kind: 'CancelRequested', cause: saga.ref, tsMs: nowMs, ...words });
    return;
  }
  const signal = exitSignal(state, step, limits);
  if (signal === null) return;
  const { decision, reasonCode, detail } = raiseSignal(state, signal, saga.ref, context);
  if (decision === 'ALLOW') return;
  const againAtMs = nowMs + limits.exit.retryMs;
  const { book } = state.portfolio;
  noteTry(saga, { book, symbol: step.symbol, why: `${reasonCode ?? ''} ${detail}`, againAtMs });
}

function isSame(a: Ref, b: Ref): boolean {
  return a.seq === b.seq && a.ord === b.ord;
}

function tellEnd(state: CoreState, saga: ExitSaga, cause: Ref, context: TradingContext): void {
  const what = saga.flatten ? 'flatten' : 'cancel';
  const { openOrders, positions } = whatIsLeft(state, saga);
  const held = positions.map(({ symbol, qty }) => `${qty} ${symbol}`).join(', ');
  const left = `${openOrders} open orders, ${held === '' ? 'no position' : held}`;
  const words = {
    done: { level: 'INFO', code: 'EXIT_DONE', message: `${what} done: ${left}` },
    stuck: { level: 'CRITICAL', code: 'EXIT_STUCK', message: `${what}: left ${left}: ${saga.why}` },
  } as const;
  if (saga.state !== 'done' && saga.state !== 'stuck') return;
  const { level, code, message } = words[saga.state];
  context.out.emit({ kind: 'AlertRaised', cause, tsMs: context.nowMs, level, code, message });
}

function changed(state: CoreState, saga: ExitSaga, cause: Ref): Omit<ExitChanged, 'ref'> {
  const { killId, cancelOpen, flatten, scopes, why } = saga;
  const wish = { killId, cancelOpen, flatten, scopes, state: saga.state, why };
  return { kind: 'ExitChanged', cause, tsMs: state.nowMs, ...wish, ...whatIsLeft(state, saga) };
}

/** Of the scopes of the wish, as it is now. */
export function whatIsLeft(
  state: CoreState,
  saga: Pick<ExitSaga, 'scopes'>,
): Pick<ExitChanged, 'openOrders' | 'positions'> {
  const books = booksOf(state);
  const openOrders = books.flatMap(openOrdersOf).filter((order) => isInScope(saga, order)).length;
  const positions = books
    .flatMap((book) => holdingsOf(state, book))
    .filter((holding) => isInScope(saga, holding))
    .map(({ symbol, qtyE8 }) => ({ symbol, qty: formatE8(qtyE8) }));
  return { openOrders, positions };
}

function exitView(state: CoreState, { nowMs, limits }: TradingContext): ExitView {
  return {
    book: state.portfolio.book,
    orders: openOrdersOf(state),
    holdings: holdingsOf(state, state),
    blocked: state.auditStalled === null ? null : `the audit is stalled: ${state.auditStalled}`,
    nowMs,
    triesMax: limits.exit.triesMax,
  };
}

function openOrdersOf({ venue }: ParkedBook): readonly ExitOrder[] {
  return [...venue.orders.values()].flat().map((order) => ({
    ref: order.ref,
    symbol: order.symbol,
    strategyId: order.strategyId,
    side: order.side,
    restE8: order.qtyE8 - order.filledE8,
    isExit: order.origin === 'flatten',
    isUnknown: order.unknown,
    isCancelling: order.cancelAtMs !== null,
  }));
}

/**
 * What each strategy holds in a book; what none of them remembers belongs to the one that trades now. They
 * remember what they hold in the book that is decided on.
 */
function holdingsOf(state: CoreState, { portfolio }: ParkedBook): readonly ExitHolding[] {
  const holdings: ExitHolding[] = [];
  const { positions, marketPrices, book } = portfolio;
  const slots = book === homeBook(state.control.mode) ? [...state.allocation.values()] : [];
  for (const [symbol, { qtyE8 }] of positions) {
    const priceE8 = marketPrices.get(symbol) ?? null;
    let restE8 = qtyE8;
    for (const slot of slots) {
      if (slot.symbol !== symbol || slot.qtyE8 <= 0n || restE8 <= 0n) continue;
      const partE8 = slot.qtyE8 < restE8 ? slot.qtyE8 : restE8;
      holdings.push({ symbol, strategyId: slot.strategyId, qtyE8: partE8, priceE8 });
      restE8 -= partE8;
    }
    const strategyId = state.limits?.signal.strategyId ?? '';
    if (restE8 !== 0n) holdings.push({ symbol, strategyId, qtyE8: restE8, priceE8 });
  }
  return holdings;
}

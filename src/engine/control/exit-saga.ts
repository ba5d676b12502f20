import type { ExitWish } from '../domain/control.js';
import type { Book, ExitState, Side } from '../domain/events.js';
import type { Ref } from '../domain/ids.js';

/** One wish to cancel and close, from the control change that asked for it to its end. */
export interface ExitSaga extends ExitWish {
  /** The fact that it began: the cause of all that it does. */
  ref: Ref;
  /** Epoch of the newest release when it was taken: none up to it takes it back. Absent in older states. */
  releasedBefore?: number;
  state: ExitState;
  /** What keeps it from going on, in words; empty while it goes on. */
  why: string;
  /** By book and symbol, since the last fill; what never needed a try is not there. */
  tries: Map<string, ExitTries>;
}

export interface ExitTries {
  count: number;
  /** Event time before which nothing is tried again. */
  againAtMs: number;
  /** Why the newest one came to nothing. */
  why: string;
}

/** An order that is not final. */
export interface ExitOrder {
  readonly ref: Ref;
  readonly symbol: string;
  readonly strategyId: string;
  readonly side: Side;
  readonly restE8: bigint;
  /** Made by a saga to close a position. */
  readonly isExit: boolean;
  /** Nobody knows what became of it: it may be filled, open or gone. */
  readonly isUnknown: boolean;
  readonly isCancelling: boolean;
}

/** What one strategy holds of a symbol; signed, never zero. */
export interface ExitHolding {
  readonly symbol: string;
  readonly strategyId: string;
  readonly qtyE8: bigint;
  /** Null: nobody knows what it is worth. */
  readonly priceE8: bigint | null;
}

/** One book, with what is open and held in it. */
export interface ExitView {
  readonly book: Book;
  readonly orders: readonly ExitOrder[];
  readonly holdings: readonly ExitHolding[];
  /** Why no order may leave at all; null when orders may. */
  readonly blocked: string | null;
  readonly nowMs: number;
  readonly triesMax: number;
}

export type ExitStep =
  | { readonly kind: 'cancel'; readonly order: ExitOrder }
  | {
      readonly kind: 'exit';
      readonly symbol: string;
      readonly strategyId: string;
      readonly side: Side;
      readonly qtyE8: bigint;
    };

export interface ExitPlan {
  readonly steps: readonly ExitStep[];
  /** Where it stands when the steps are made. */
  readonly state: ExitState;
  readonly why: string;
}

/**
 * What has to be done now, given all that is open and held. It looks at the world and not at what it
 * has done before, so a crash or a repetition in between changes nothing.
 */
export function planExit(saga: ExitSaga, view: ExitView): ExitPlan {
  const orders = view.orders.filter((order) => isInScope(saga, order));
  const cancels = orders
    .filter((order) => !order.isCancelling && isToCancel(saga, order, view))
    .map((order): ExitStep => ({ kind: 'cancel', order }));
  const { exits, stuck, isWaiting } = saga.flatten ? planClosing(saga, view) : NOTHING;
  const steps = [...cancels, ...exits];
  const others = orders.filter(({ isExit }) => !isExit || saga.flatten);
  const unknown = others.filter(({ isUnknown }) => isUnknown);
  const why = [...new Set([...unknown.map(unknownWords), ...stuck])].join('; ');
  const isMoving = steps.length > 0 || isWaiting || unknown.length < others.length;
  if (isMoving) return { steps, state: saga.flatten ? 'reducing' : 'cancelling', why };
  return why === '' ? { steps, state: 'done', why } : { steps, state: 'stuck', why };
}

/** Of all books together: it moves on as long as it does in one of them. */
export function plansTogether(plans: readonly ExitPlan[]): Pick<ExitPlan, 'state' | 'why'> {
  const why = [...new Set(plans.map((plan) => plan.why).filter((one) => one !== ''))].join('; ');
  const states = plans.map(({ state }) => state);
  const moving = states.find((state) => state !== 'done' && state !== 'stuck');
  return { state: moving ?? (states.includes('stuck') ? 'stuck' : 'done'), why };
}

interface TriedPlace {
  readonly book: Book;
  readonly symbol: string;
}

/** An order for the symbol came to nothing. */
export function noteTry(
  saga: ExitSaga,
  tried: TriedPlace & { readonly why: string; readonly againAtMs: number },
): void {
  const { why, againAtMs } = tried;
  const count = (saga.tries.get(placeOf(tried))?.count ?? 0) + 1;
  saga.tries.set(placeOf(tried), { count, againAtMs, why });
}

export function noteProgress(saga: ExitSaga, filled: TriedPlace): void {
  saga.tries.delete(placeOf(filled));
}

function placeOf({ book, symbol }: TriedPlace): string {
  return `${book} ${symbol}`;
}

/** True where the wish is for everything, or names its symbol or strategy. */
export function isInScope(
  { scopes }: Pick<ExitWish, 'scopes'>,
  { symbol, strategyId }: { readonly symbol: string; readonly strategyId: string },
): boolean {
  if (scopes.length === 0) return true;
  return scopes.includes(`symbol:${symbol}`) || scopes.includes(`strategy:${strategyId}`);
}

/** An exit stays until there is nothing left that it could close. */
function isToCancel(saga: ExitSaga, order: ExitOrder, { holdings }: ExitView): boolean {
  if (!order.isExit) return true;
  return saga.flatten && !holdings.some(({ symbol }) => symbol === order.symbol);
}

interface Closing {
  readonly exits: readonly ExitStep[];
  readonly stuck: readonly string[];
  /** Something is to be tried again, later. */
  readonly isWaiting: boolean;
}

const NOTHING: Closing = { exits: [], stuck: [], isWaiting: false };

/** One order a symbol at a time, for what is held beyond all that may still be taken from it. */
function planClosing(saga: ExitSaga, view: ExitView): Closing {
  const exits: ExitStep[] = [];
  const stuck: string[] = [];
  let isWaiting = false;
  const seen = new Set<string>();
  for (const holding of view.holdings) {
    const { symbol, strategyId, qtyE8 } = holding;
    if (!isInScope(saga, holding) || seen.has(symbol)) continue;
    seen.add(symbol);
    const side: Side = qtyE8 > 0n ? 'SELL' : 'BUY';
    const taking = view.orders.filter((order) => order.symbol === symbol && order.side === side);
    const freeE8 = heldOf(view.holdings, symbol) - restOf(taking);
    const known = taking.filter(({ isUnknown }) => !isUnknown);
    if (freeE8 <= 0n || known.some(({ isExit }) => isExit)) {
      if (known.length > 0) isWaiting = true;
      else stuck.push(...taking.map(unknownWords));
      continue;
    }
    const tries = saga.tries.get(placeOf({ book: view.book, symbol }));
    const obstacle = obstacleOf(holding, tries, view);
    if (obstacle !== null) stuck.push(`${symbol}: ${obstacle}`);
    else if (tries !== undefined && view.nowMs < tries.againAtMs) isWaiting = true;
    else exits.push({ kind: 'exit', symbol, strategyId, side, qtyE8: least(abs(qtyE8), freeE8) });
  }
  return { exits, stuck, isWaiting };
}

function obstacleOf(
  { priceE8 }: ExitHolding,
  tries: ExitTries | undefined,
  { blocked, triesMax }: ExitView,
): string | null {
  if (blocked !== null) return blocked;
  if (priceE8 === null) return 'no price is known';
  if (tries === undefined || tries.count < triesMax) return null;
  return `${tries.count} tries failed, the last one with "${tries.why}"`;
}

/** All that orders may still take, as if each of them were filled, known or not. */
function restOf(orders: readonly ExitOrder[]): bigint {
  return orders.reduce((sum, { restE8 }) => sum + restE8, 0n);
}

function heldOf(holdings: readonly ExitHolding[], symbol: string): bigint {
  const all = holdings.filter((holding) => holding.symbol === symbol);
  return abs(all.reduce((sum, { qtyE8 }) => sum + qtyE8, 0n));
}

function unknownWords({ symbol, side }: ExitOrder): string {
  return `${symbol}: what became of an order to ${side} is not known`;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

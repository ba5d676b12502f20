import { bookOf, inBook, openOtherBook } from './books.js';
import { followControl, isActive, watchCanary, type CanaryMoment } from './control/canary.js';
import type { CoreState } from './core-state.js';
import type { Mode } from './domain/control.js';
import { formatE8, type E8 } from './domain/e8.js';
import type { StepOutputs } from './domain/emit.js';
import type { Ref } from './domain/ids.js';
import type { ControlChanged } from './domain/inputs.js';
import { portfolioFigures } from './stages/portfolio.js';

interface At {
  readonly cause: Ref;
  readonly out: StepOutputs;
}

/** The canary of the fold follows the register. @returns the mode that holds then */
export function canaryMode(state: CoreState, input: ControlChanged, at: At): Mode {
  if (input.mode === 'canary' && state.limits !== null) openOtherBook(state, at);
  followControl(state.canary, input, momentOf(state));
  return input.mode === 'canary' && !isActive(state.canary) ? 'shadow' : input.mode;
}

/** What has to hold at every moment; ends the session by itself where it does not. */
export function watchSession(state: CoreState, at: At): void {
  if (isActive(state.canary)) watchCanary(state.canary, momentOf(state));
  announceCanary(state, at);
}

/** Tells what has changed since it was told last, and makes the end of a session hold. */
export function announceCanary(state: CoreState, { cause, out }: At): void {
  const { canary, control } = state;
  const { phase, trigger, detail, terms } = canary;
  const told = [phase, terms?.sessionId, terms?.percent, trigger].join(' ');
  if (phase === 'off' || told === canary.told) return;
  canary.told = told;
  const ref = emitChange(state, { cause, out });
  if (trigger === null) return;
  const tsMs = state.nowMs;
  const message = `canary ${phase}: ${trigger}${detail === '' ? '' : `: ${detail}`}`;
  const level = trigger === 'operator' ? 'WARNING' : 'CRITICAL';
  out.emit({ kind: 'AlertRaised', cause: ref, tsMs, level, code: 'CANARY', message });
  if (phase !== 'ended' || control.mode !== 'canary') return;
  // Nobody has changed the register yet: from here on the fold is in shadow whatever it says.
  state.control = { ...control, mode: 'shadow' };
  const { epoch, scopes } = control;
  const who = { reason: 'canary_rollback', message, operator: 'cdb', previousLevel: control.level };
  const facts = { level: control.level, scopes, mode: 'shadow', epoch, ...who } as const;
  out.emit({ kind: 'ControlApplied', cause: ref, tsMs, ...facts });
}

function emitChange(state: CoreState, { cause, out }: At): Ref {
  const { phase, trigger, detail, terms, ordersSent, notionalSentE8 } = state.canary;
  return out.emit({
    kind: 'CanaryChanged',
    cause,
    tsMs: state.nowMs,
    sessionId: terms?.sessionId ?? '',
    planHash: terms?.planHash ?? '',
    phase,
    percent: terms?.percent ?? 0,
    trigger,
    detail,
    ordersSent,
    notionalSentUsdt: formatE8(notionalSentE8),
    heldQty: formatE8(canaryLeft(state)?.qtyE8 ?? 0n),
  });
}

/** A session is under way, or has left something that is still its own. */
export function hasCanary({ canary }: Pick<CoreState, 'canary'>): boolean {
  return canary.phase !== 'off' && !canary.isSettled;
}

/** What a canary holds or has left: nobody but a person sells it, once its session is over. */
export function canaryLeft(
  state: CoreState,
): { readonly symbol: string; readonly qtyE8: E8 } | null {
  const { terms } = state.canary;
  if (!hasCanary(state) || terms === null) return null;
  const qtyE8 = bookOf(state, 'real')?.portfolio.positions.get(terms.symbol)?.qtyE8 ?? 0n;
  return qtyE8 === 0n ? null : { symbol: terms.symbol, qtyE8 };
}

/** Once after a session: from then on what is held in the real book is none of its. */
export function settleSession(state: CoreState, { cause, out }: At): void {
  const { canary, control } = state;
  if (canary.phase !== 'ended' || canary.isSettled) return;
  const left = canaryLeft(state);
  canary.isSettled = left === null || control.mode === 'paper';
  if (left === null || !canary.isSettled) return;
  const message = `paper takes over what a canary has left: ${formatE8(left.qtyE8)} ${left.symbol}`;
  const about = { level: 'WARNING', code: 'CANARY', message } as const;
  out.emit({ kind: 'AlertRaised', cause, tsMs: state.nowMs, ...about });
}

function momentOf(state: CoreState): CanaryMoment {
  const book = bookOf(state, 'real');
  const latched = Object.keys(state.breakers.tripped).filter((name) => name !== 'frequency');
  return {
    tsMs: state.nowMs,
    equityE8: book === null ? 0n : portfolioFigures(book.portfolio).equityE8,
    isFlat: book !== null && book.portfolio.positions.size === 0 && book.venue.orders.size === 0,
    isResting: book !== null && book.portfolio.positions.size > 0 && book.venue.orders.size === 0,
    strategyId: state.limits?.signal.strategyId ?? '',
    breakers: latched,
  };
}

/** Once after a session: `cancel` is called with the canary's book at hand. */
export function closeSession(state: CoreState, cancel: () => void): void {
  if (state.canary.phase !== 'ended' || state.canary.isClosed) return;
  state.canary.isClosed = true;
  inBook(state, 'real', cancel);
}

import type { CoreState } from './core-state.js';
import type { Mode } from './domain/control.js';
import { e8FromNumber, e8ToNumber } from './domain/e8.js';
import type { StepOutputs } from './domain/emit.js';
import type { Book } from './domain/events.js';
import type { Ref } from './domain/ids.js';
import {
  entryPriceE8,
  markTime,
  openPortfolio,
  postOpeningBalance,
  type PortfolioState,
} from './stages/portfolio.js';
import { initialVenue, type VenueState } from './stages/simulated-venue.js';

/** A book with the orders that are out for it. */
export interface ParkedBook {
  portfolio: PortfolioState;
  venue: VenueState;
}

/**
 * The book that a mode decides on. A canary's is hypothetical: only its routed share is real. So is
 * live's, because nothing in the fold reaches a real venue.
 */
const HOME: Readonly<Record<Mode, Book>> = {
  shadow: 'hypothetical',
  paper: 'real',
  canary: 'hypothetical',
  live: 'hypothetical',
};

export function homeBook(mode: Mode): Book {
  return HOME[mode];
}

/**
 * From here on this book is decided on; the other keeps its positions, and its open orders end as
 * they would have. A book that was never used opens with the full balance.
 */
export function changeHome(
  state: CoreState,
  mode: Mode,
  at: { readonly cause: Ref; readonly out: StepOutputs },
): void {
  const book = homeBook(mode);
  if (state.portfolio.book === book) return;
  if (state.nowMs === 0) {
    // Nothing was posted yet: there is no other book to keep.
    state.portfolio.book = book;
    return;
  }
  openOtherBook(state, at);
  swapBooks(state);
  // The strategy's own record goes on from what is held in this book.
  for (const slot of state.allocation.values()) {
    const held = state.portfolio.positions.get(slot.symbol);
    slot.qtyE8 = held?.qtyE8 ?? 0n;
    slot.avgPrice = held === undefined ? 0 : e8ToNumber(entryPriceE8(held));
  }
}

/** Makes the second book, if nobody has yet. */
export function openOtherBook(
  state: CoreState,
  { cause, out }: { readonly cause: Ref; readonly out: StepOutputs },
): void {
  if (state.parked !== null || state.limits === null) return;
  const book = state.portfolio.book === 'real' ? 'hypothetical' : 'real';
  const portfolio = openPortfolio(book, e8FromNumber(state.limits.risk.balanceUsdt));
  portfolio.marketPrices = new Map(state.portfolio.marketPrices);
  if (state.nowMs > 0) {
    postOpeningBalance(portfolio, out, { cause, tsMs: state.nowMs });
    markTime(portfolio, state.nowMs);
  }
  state.parked = { portfolio, venue: initialVenue() };
}

/** Null where no mode has used it yet. */
export function bookOf(state: CoreState, book: Book): ParkedBook | null {
  return booksOf(state).find(({ portfolio }) => portfolio.book === book) ?? null;
}

/** The one that is decided on first. */
export function booksOf({ portfolio, venue, parked }: CoreState): readonly ParkedBook[] {
  return [{ portfolio, venue }, ...(parked === null ? [] : [parked])];
}

/** Does `work` with this book as the one at hand; nothing where nobody has used it. */
export function inBook(state: CoreState, book: Book, work: () => void): void {
  if (state.portfolio.book === book) work();
  else inParkedBook(state, work);
}

/** Does the same for both books, the one that is decided on first. */
export function eachBook(state: CoreState, work: () => void): void {
  work();
  inParkedBook(state, work);
}

function inParkedBook(state: CoreState, work: () => void): void {
  if (state.parked === null) return;
  swapBooks(state);
  work();
  swapBooks(state);
}

function swapBooks(state: CoreState): void {
  const { parked, portfolio, venue } = state;
  if (parked === null) return;
  state.portfolio = parked.portfolio;
  state.venue = parked.venue;
  state.parked = { portfolio, venue };
}

import type { Clock } from '../ports/clock.js';
import type { OpenOrders } from '../ports/open-orders.js';

const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 30_000;
/** Whatever a venue asks for, it is asked again within this. */
const RETRY_AFTER_MS_MAX = 300_000;
/** What a dying engine sent last may arrive after the first look. */
const EMPTY_LOOKS = 2;

export interface SymbolResult {
  readonly symbol: string;
  /** Orders that the venue said it cancels, over all attempts. */
  readonly cancelled: readonly string[];
  /** Orders that it listed last; null when it did not say. */
  readonly left: number | null;
  /** Listed as empty so often in a row. */
  readonly emptyLooks: number;
  /** What went wrong last; empty when nothing did. */
  readonly trouble: string;
}

export interface CancelResult {
  readonly attempts: number;
  readonly outcome: 'confirmed' | 'not confirmed' | 'unknown';
  readonly words: string;
  readonly symbols: readonly SymbolResult[];
}

interface CancellingDeps {
  readonly orders: OpenOrders;
  readonly clock: Clock;
  readonly symbols: readonly string[];
  /** True: somebody has taken over, nothing more is cancelled. */
  readonly isOver: () => boolean;
  readonly onResult: (result: CancelResult) => void;
}

/**
 * Cancels the open orders of these symbols, looks whether they are gone, and does it again until the
 * venue has listed none twice, at a bounded pace. A word of the venue that it cancels is no proof.
 * @returns true when it is confirmed, false when it was ended before
 */
export async function cancelUntilConfirmed(
  deps: CancellingDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, symbols, onResult } = deps;
  let results = symbols.map(nothingKnown);
  let pauseMs = PAUSE_MS_MIN;
  for (let attempts = 1; ; attempts += 1) {
    let retryAfterMs = 0;
    for (const [at, before] of results.entries()) {
      if (signal.aborted || deps.isOver()) return false;
      if (before.emptyLooks >= EMPTY_LOOKS) continue;
      const round = await cancelOne(deps, before);
      results = results.with(at, round.result);
      retryAfterMs = Math.max(retryAfterMs, round.retryAfterMs);
    }
    const result = summary(attempts, results);
    onResult(result);
    if (result.outcome === 'confirmed') return true;
    const goesWell = results.every(({ emptyLooks }) => emptyLooks > 0);
    const waitMs = Math.min(
      Math.max(goesWell ? PAUSE_MS_MIN : pauseMs, retryAfterMs),
      RETRY_AFTER_MS_MAX,
    );
    if (!goesWell) pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    await clock.sleep(waitMs, signal);
  }
}

function nothingKnown(symbol: string): SymbolResult {
  return { symbol, cancelled: [], left: null, emptyLooks: 0, trouble: '' };
}

async function cancelOne(
  { orders, isOver }: CancellingDeps,
  before: SymbolResult,
): Promise<{ readonly result: SymbolResult; readonly retryAfterMs: number }> {
  const { symbol } = before;
  const asked = await orders.cancelAll(symbol);
  if (isOver()) return { result: before, retryAfterMs: 0 };
  const listed = await orders.list(symbol);
  const ids = asked.kind === 'answered' ? asked.value.map(({ orderId }) => orderId) : [];
  const left = listed.kind === 'answered' ? listed.value.length : null;
  const troubles = [asked, listed].flatMap((one) => (one.kind === 'answered' ? [] : [one]));
  return {
    result: {
      symbol,
      cancelled: [...new Set([...before.cancelled, ...ids])],
      left,
      // One that this round has cancelled was not the last to arrive, perhaps.
      emptyLooks: left !== 0 ? 0 : ids.length > 0 ? 1 : before.emptyLooks + 1,
      trouble: troubles.map(({ kind, words }) => `${kind}: ${words}`).join('; '),
    },
    retryAfterMs: Math.max(0, ...troubles.map((one) => one.retryAfterMs)),
  };
}

function summary(attempts: number, symbols: readonly SymbolResult[]): CancelResult {
  const isConfirmed = symbols.every(({ emptyLooks }) => emptyLooks >= EMPTY_LOOKS);
  const isUnknown = symbols.some(({ left }) => left === null);
  const outcome = isConfirmed ? 'confirmed' : isUnknown ? 'unknown' : 'not confirmed';
  return { attempts, outcome, words: symbols.map(symbolWords).join('; '), symbols };
}

function symbolWords({ symbol, cancelled, left, emptyLooks, trouble }: SymbolResult): string {
  const said = `the venue said that it cancels ${cancelled.length}`;
  const rest =
    left === null
      ? 'UNKNOWN whether orders rest'
      : left > 0
        ? `${left} still rest`
        : emptyLooks >= EMPTY_LOOKS
          ? 'none rests, listed twice'
          : 'none is listed, looking once more';
  // Once nothing rests, how it came to that is of no more use.
  const why = trouble === '' || left === 0 ? '' : ` (${trouble})`;
  return `${symbol}: ${said}, ${rest}${why}`;
}

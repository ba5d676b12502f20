import type { LedgerEntry } from '../../engine/domain/ledger.js';
import type { LedgerRow } from './board.js';
import { boundedText } from './bounded.js';
import { newestFirst } from './blocks-board.js';

/** @param entries oldest first, as the ledger has them */
export function ledgerRows(entries: readonly LedgerEntry[]): readonly LedgerRow[] {
  return newestFirst(entries).map(({ n, event }) => ({
    seq: n,
    atMs: event.atMs,
    who: boundedText(event.who),
    what: boundedText(event.action),
    why: boundedText(event.why),
  }));
}

import type { LedgerEntry, LedgerEvent, LedgerHead } from '../domain/ledger.js';

/** The append-only log of what people and guards decided. Several processes may write. */
export interface Ledger {
  /**
   * Durable when it returns. Synchronous, because a stop must be on record before its process may end.
   * @throws DependencyError when it can't be written
   */
  append(event: LedgerEvent): LedgerEntry;
  /** The newest entry; `LEDGER_START` when there is none. Throws DependencyError. */
  head(): LedgerHead;
  /**
   * From the first on, or behind entry `after`; one that can't be read ends it with a DependencyError
   * that names it, or is told to `onUnreadable` and passed over.
   */
  entries(after?: number, onUnreadable?: (fault: Error) => void): Iterable<LedgerEntry>;
}

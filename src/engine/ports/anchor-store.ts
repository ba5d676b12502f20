import type { AnchorCause, RunHeads } from '../domain/anchor.js';
import type { LedgerHead } from '../domain/ledger.js';

/** Which ledger: the hash of its first entry, and where it lies. */
export interface LedgerName {
  readonly ledgerId: string;
  readonly place: string;
}

/** The side of the database of an anchor. Every method throws DependencyError. */
export interface AnchorStore {
  databaseId(): Promise<string>;
  /** Of the runs that moved since this ledger was anchored last, those that moved last. */
  movedHeads(ledgerId: string, limit: number): Promise<readonly RunHeads[]>;
  note(
    anchor: LedgerName & { readonly head: LedgerHead; readonly cause: AnchorCause },
  ): Promise<void>;
}

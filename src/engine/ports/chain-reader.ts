import type { ChainCells, ChainTable } from '../domain/row-chain.js';

/** One row of a chained table, as the database holds it. */
export interface ChainRow {
  readonly id: string;
  readonly cells: ChainCells;
  /** Null for a row that is in no chain. */
  readonly n: number | null;
  readonly prev: string | null;
  readonly hash: string | null;
  readonly key: string | null;
}

/** What the run's cursor says of the chain; null members where the chain has not begun. */
export interface ChainClaim {
  readonly n: number | null;
  readonly hash: string | null;
  readonly sinceId: string | null;
}

/** Rows in the order of the chain, and the head, in one snapshot. */
export interface ChainPage {
  /** Null when the run has no cursor. */
  readonly claim: ChainClaim | null;
  readonly rows: readonly ChainRow[];
  /** What goes on behind the last row. */
  readonly place: string;
}

export interface ChainQuery {
  readonly table: ChainTable;
  readonly runId: string;
  /** Of a page before; null begins. */
  readonly place: string | null;
  readonly limit: number;
}

/** A ledger's head as it was at a time, as the database knows it. */
export interface AnchorRow {
  readonly id: string;
  readonly ledgerId: string;
  readonly place: string;
  readonly n: number;
  readonly hash: string;
  readonly atMs: number;
}

/** Reads what `cdb audit` verifies, in bounded pages. Every method throws DependencyError. */
export interface ChainReader {
  /** Names this database to ledgers. */
  databaseId(): Promise<string>;
  /** Every run that has a cursor or rows in a chained table, by id, behind `after`. */
  runs(after: string, limit: number): Promise<readonly string[]>;
  rows(query: ChainQuery): Promise<ChainPage>;
  /** Anchors by id, behind `after` ("0" begins). */
  anchors(after: string, limit: number): Promise<readonly AnchorRow[]>;
}

/** The place behind an input: a chain is read from there where what is before it is trusted. */
export function placeBehind(seq: number): string {
  return `${seq}:2147483647`;
}

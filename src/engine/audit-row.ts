import {
  AUDIT_COLUMNS,
  AUDIT_TABLES,
  type AuditRow,
  type AuditTable,
  type AuditValue,
} from './domain/audit-tables.js';
import type { Hash } from './domain/hash.js';
import type { RunIds } from './domain/ids.js';
import type { Thresholds } from './domain/thresholds.js';

export interface AuditContext {
  readonly ids: RunIds;
  readonly hash: Hash;
  /** Thresholds that the facts were decided under. */
  readonly thresholds: () => Thresholds;
  /** Name of the simulated or real venue, for the `exchange` column. */
  readonly venue: string;
}

/** A value for every column of the table, by name: none can be forgotten or land in another. */
export type Cells<T extends AuditTable> = Readonly<
  Record<(typeof AUDIT_COLUMNS)[T][number], AuditValue>
>;

export interface Rows {
  readonly lists: Readonly<Record<AuditTable, AuditRow[]>>;
  add<T extends AuditTable>(table: T, cells: Cells<T>): void;
}

export function newRows(): Rows {
  const lists = Object.fromEntries(AUDIT_TABLES.map((table) => [table, []])) as unknown as Record<
    AuditTable,
    AuditRow[]
  >;
  return {
    lists,
    add: (table, cells) => {
      const byName: Readonly<Record<string, AuditValue>> = cells;
      lists[table].push(AUDIT_COLUMNS[table].map((column) => byName[column] ?? null));
    },
  };
}

export function isoTime(tsMs: number): string {
  return new Date(tsMs).toISOString();
}

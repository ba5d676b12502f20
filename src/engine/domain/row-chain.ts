import { AUDIT_COLUMNS } from './audit-tables.js';
import type { Hash } from './hash.js';
import { canonicalJsonText } from './json-canon.js';

/**
 * Tables whose rows are one hash chain per run, with the columns that a hash covers: all that are
 * written, in this order. `created_at` is the time of the commit in microseconds.
 */
export const CHAIN_COLUMNS = {
  risk_events: [...AUDIT_COLUMNS.risk_events, 'created_at'],
  control_events: [...AUDIT_COLUMNS.control_events, 'created_at'],
} as const;

export type ChainTable = keyof typeof CHAIN_COLUMNS;
export const CHAIN_TABLES = Object.keys(CHAIN_COLUMNS) as ChainTable[];

/** The columns of a chained table that hold JSON, whose text the database does not keep. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(['payload', 'scopes']);

/** SHA-256, or HMAC-SHA256 under a key; 64 lower-case hex digits. */
export interface ChainHash {
  /** Names the key without telling it; null without one. */
  readonly keyId: string | null;
  hex(text: string): string;
}

export interface ChainHead {
  /** Position of the newest row; 0 before the first. */
  readonly n: number;
  readonly hash: string;
}

/** What a row carries beside its columns. */
export interface ChainLink extends ChainHead {
  readonly prev: string;
  readonly key: string | null;
}

/** Null for what the column holds as null; in the order of CHAIN_COLUMNS. */
export type ChainCells = readonly (string | null)[];

/** One chain: rows of the run in the table with an id up to `sinceId` may lack a position. */
export interface ChainBeginning {
  readonly table: ChainTable;
  readonly runId: string;
  readonly sinceId: string;
}

/** What the first row follows. A chain of another run or another beginning has another one. */
export function chainStart(hash: Hash, { table, runId, sinceId }: ChainBeginning): ChainHead {
  return { n: 0, hash: hash.sha256Hex(JSON.stringify(['cdb.chain.v1', table, runId, sinceId])) };
}

export function nextLink(
  hash: ChainHash,
  head: ChainHead,
  row: { readonly table: ChainTable; readonly cells: ChainCells },
): ChainLink {
  const n = head.n + 1;
  const text = `${head.hash}:${n}:${canonicalRow(row.table, hash.keyId, row.cells)}`;
  return { n, prev: head.hash, hash: hash.hex(text), key: hash.keyId };
}

/**
 * A JSON list of format, table, key and one item per column: null, a column of JSON in its canonical
 * form (`canonicalJsonText`), everything else as a string, integers as their digits.
 */
export function canonicalRow(table: ChainTable, key: string | null, cells: ChainCells): string {
  const columns = CHAIN_COLUMNS[table];
  let text = `["cdb.row.v1","${table}",${JSON.stringify(key)}`;
  for (const [i, cell] of cells.entries()) {
    const isJson = cell !== null && JSON_COLUMNS.has(columns[i] ?? '');
    text += `,${(isJson ? canonicalJsonText(cell) : null) ?? JSON.stringify(cell)}`;
  }
  return `${text}]`;
}

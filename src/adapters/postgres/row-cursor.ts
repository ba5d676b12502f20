import type pg from 'pg';
import { z } from 'zod';
import { CURSOR_BEGINNING, type RowPage } from '../../engine/ports/audit-reader.js';
import { sqlStatement } from '../../engine/ports/sql-statement.js';
import { followStatements } from './follow-statements.js';
import type { FollowedTable } from './followed-rows.js';
import { runStatement } from './run-statement.js';

/** `<id>:<key>`, or `<id>~<transactions>:<key>` where transactions were open at the look. */
const CURSOR = /^(\d{1,18})(?:~([\d.]{1,4000}))?:(.*)$/s;
/** A cursor stays short enough for a request line. */
const OPEN_MAX = 128;

export const OPEN_TRANSACTIONS = sqlStatement(
  'open_transactions',
  `SELECT (xid::text::bigint % 4294967296)::text AS xid
   FROM pg_snapshot_xip(pg_current_snapshot()) AS xid ORDER BY xid LIMIT ${OPEN_MAX}`,
);

const places = z.array(z.object({ id: z.string(), key: z.string() }));
const openIds = z.array(z.object({ xid: z.string() }));

/** What of a cursor is not the name of its row. */
interface Place {
  readonly id: string;
  readonly key: string;
  /** Transactions that were open at the look: their rows may have lower identities. */
  readonly open: readonly string[];
}

/** Where a reader stands that has seen all rows of the table. */
export async function newestCursor(
  client: pg.PoolClient,
  table: FollowedTable<unknown>,
): Promise<string> {
  const { rows } = await runStatement(client, followStatements(table).newest);
  const [newest] = places.parse(rows);
  return newest === undefined
    ? CURSOR_BEGINNING
    : cursorText({ ...newest, open: await openTransactions(client) });
}

/**
 * The rows behind a cursor. It carries the key of its row beside the identity, because a database
 * that was made anew counts from one again, and its rows must not count as seen. It also carries the
 * transactions that were open: of shards that are written side by side, one that took its identities
 * first may commit last, and its rows then lie in front of the cursor.
 */
export async function rowsAfter<Row>(
  client: pg.PoolClient,
  table: FollowedTable<Row>,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
): Promise<RowPage<Row>> {
  const reset = !(await isOfThisDatabase(client, table, cursor));
  const from = (reset ? null : placeOf(cursor)) ?? { id: '0', key: '', open: [] };
  const sql = followStatements(table);
  // Committed since the last look, with identities that others had passed by then.
  const overtaken =
    from.open.length === 0
      ? []
      : table.rows.parse((await runStatement(client, sql.overtaken, [from.id, from.open])).rows);
  const { rows } = await runStatement(client, sql.after, [from.id, limit]);
  const last = places.parse(rows).at(-1) ?? from;
  const open = last.id === '0' ? [] : await openTransactions(client);
  return {
    rows: [...overtaken, ...table.rows.parse(rows)],
    cursor: last.id === '0' ? CURSOR_BEGINNING : cursorText({ ...last, open }),
    more: rows.length === limit,
    reset,
  };
}

/** Open in the snapshot of this transaction; a row names its own by the lower 32 bits. */
async function openTransactions(client: pg.PoolClient): Promise<readonly string[]> {
  const { rows } = await runStatement(client, OPEN_TRANSACTIONS);
  return openIds.parse(rows).map(({ xid }) => xid);
}

async function isOfThisDatabase(
  client: pg.PoolClient,
  table: FollowedTable<unknown>,
  cursor: string,
): Promise<boolean> {
  if (cursor === CURSOR_BEGINNING) return true;
  const place = placeOf(cursor);
  if (place === null) return false;
  const { known } = followStatements(table);
  const { rowCount } = await runStatement(client, known, [place.id, place.key]);
  return rowCount === 1;
}

function cursorText({ id, key, open }: Place): string {
  return `${id}${open.length === 0 ? '' : `~${open.join('.')}`}:${key}`;
}

function placeOf(cursor: string): Place | null {
  const [, id, open, key] = CURSOR.exec(cursor) ?? [];
  if (id === undefined || key === undefined) return null;
  return { id, key, open: open === undefined ? [] : open.split('.') };
}

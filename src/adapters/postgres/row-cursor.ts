import type pg from 'pg';
import { z } from 'zod';
import { CURSOR_BEGINNING, type RowPage } from '../../engine/ports/audit-reader.js';
import type { FollowedTable } from './followed-rows.js';

const CURSOR = /^(\d{1,18}):(.*)$/s;

const places = z.array(z.object({ place: z.string() }));

/** Where a reader stands that has seen all rows of the table. */
export async function newestCursor(
  client: pg.PoolClient,
  { name, key }: FollowedTable<unknown>,
): Promise<string> {
  const { rows } = await client.query(
    `SELECT id || ':' || ${key} AS place FROM ${name} ORDER BY id DESC LIMIT 1`,
  );
  return places.parse(rows)[0]?.place ?? CURSOR_BEGINNING;
}

/**
 * The rows behind a cursor. It carries the key of its row beside the identity, because a database
 * that was made anew counts from one again, and its rows must not count as seen.
 */
export async function rowsAfter<Row>(
  client: pg.PoolClient,
  table: FollowedTable<Row>,
  { cursor, limit }: { readonly cursor: string; readonly limit: number },
): Promise<RowPage<Row>> {
  const reset = !(await isOfThisDatabase(client, table, cursor));
  const { name, key, columns, joins } = table;
  const { rows } = await client.query(
    `SELECT t.id || ':' || t.${key} AS place, ${columns}
     FROM ${name} t ${joins} WHERE t.id > $1 ORDER BY t.id LIMIT $2`,
    [reset ? 0 : idOf(cursor), limit],
  );
  const start = reset ? CURSOR_BEGINNING : cursor;
  return {
    rows: table.rows.parse(rows),
    cursor: places.parse(rows).at(-1)?.place ?? start,
    more: rows.length === limit,
    reset,
  };
}

async function isOfThisDatabase(
  client: pg.PoolClient,
  { name, key }: FollowedTable<unknown>,
  cursor: string,
): Promise<boolean> {
  if (cursor === CURSOR_BEGINNING) return true;
  const rowKey = CURSOR.exec(cursor)?.[2];
  if (rowKey === undefined) return false;
  const { rowCount } = await client.query(`SELECT 1 FROM ${name} WHERE id = $1 AND ${key} = $2`, [
    idOf(cursor),
    rowKey,
  ]);
  return rowCount === 1;
}

function idOf(cursor: string): string {
  return CURSOR.exec(cursor)?.[1] ?? '0';
}

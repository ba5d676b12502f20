import { runStatement } from '../postgres/run-statement.js';
import { isOfSchema } from '../postgres/pg-error.js';
import type { PgPool } from '../postgres/pg-pool.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import {
  COUNTED_COLUMNS,
  COUNTED_ROWS_MAX,
  COUNTED_TABLES,
  TABLE_STATEMENTS,
} from './pipeline-statements.js';

export interface TableCount {
  readonly table: string;
  readonly rows: number;
  /** Null: rows of this table carry the time of the market and not that of their writing. */
  readonly written: Written | null;
}

interface Written {
  /** Rows of the window. */
  readonly recent: number;
  /** Age of the newest by the server's clock; null: no row. */
  readonly youngestMs: number | null;
}

/** Of a database with runs: there a replay of years ago writes these times. */
const MARKET_TIMES: ReadonlySet<string> = new Set(['orders', 'positions']);

export interface TableCounts {
  readonly counts: readonly TableCount[];
  readonly missing: readonly string[];
  /** Tables that could not be counted, a sentence each: the server gave no answer in time. */
  readonly faults: readonly string[];
  /** The same for what its form or its rights do not allow, of which the checks of the schema tell. */
  readonly schemaFaults: readonly string[];
}

interface Columns {
  readonly table: string;
  readonly estimate: number;
  readonly columns: readonly string[];
}

/** Counts what is there of the trade path. @throws DependencyError where the server does not answer */
export async function countTables(pool: PgPool, windowMs: number): Promise<TableCounts> {
  const names = COUNTED_TABLES.map(({ table }) => table);
  const { rows: found } = await pool.use('look at the tables', (client) =>
    runStatement<Columns & Record<string, unknown>>(client, COUNTED_COLUMNS, [names]),
  );
  const missing = names.filter((name) => !found.some(({ table }) => table === name));
  const counts: TableCount[] = [];
  const faults: string[] = [];
  const schemaFaults: string[] = [];
  for (const one of found) {
    try {
      const count = await countTable(pool, one, windowMs);
      if (count === null) schemaFaults.push(`${one.table}: no column says when a row was written`);
      else counts.push(count);
    } catch (fault) {
      const { table } = one;
      const words = wordsOf(fault);
      if (isOfSchema(fault)) schemaFaults.push(`${table}: ${words}`);
      else faults.push(words);
    }
  }
  return { counts, missing, faults, schemaFaults };
}

interface CountRow extends Record<string, unknown> {
  readonly rows: number | null;
  readonly recent: number;
  readonly youngest: number | null;
}

async function countTable(
  pool: PgPool,
  { table, estimate, columns }: Columns,
  windowMs: number,
): Promise<TableCount | null> {
  const made = TABLE_STATEMENTS.find((one) => one.table === table && columns.includes(one.clock));
  if (made === undefined) return null;
  const statement = estimate > COUNTED_ROWS_MAX ? made.newest : made.count;
  const { rows } = await pool.use(`count ${table}`, (client) =>
    runStatement<CountRow>(client, statement, [windowMs]),
  );
  const [row] = rows;
  const hasMarketTime = columns.includes('run_id') && MARKET_TIMES.has(table);
  const written = { recent: row?.recent ?? 0, youngestMs: row?.youngest ?? null };
  return { table, rows: row?.rows ?? 0, written: hasMarketTime ? null : written };
}

import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Catalog } from '../catalog/catalog.js';
import type { WriterFigures } from './figures.js';
import { hasColumn, sample, SAMPLE_ROWS_MAX, tableWith } from './sample.js';

const FILLED = `('filled', 'partial', 'partially_filled')`;
/** Two services that write the same order do it within this time. */
const TWINS_APART_S = 5;

/** An entry of the ledger follows its signal, whose time is cut to seconds, within. */
const FOLLOWS_S = 2;

const NAMES = ['fills', 'sizes', 'twins', 'trades', 'ledger'] as const;
type Name = (typeof NAMES)[number];

const figure = z.string().nullable().transform(Number);
const found = z.array(z.object({ name: z.enum(NAMES), one: figure, two: figure }));

/** Each figure from the newest rows of the tables that it needs. */
export async function lookAtWriters(
  session: SqlSession,
  catalog: Catalog,
  readable: ReadonlySet<string>,
  windowMs: number,
): Promise<WriterFigures> {
  const statement = writersStatement(catalog, readable);
  const rows =
    statement === null ? [] : found.parse((await session.query(statement.text, [windowMs])).rows);
  const pair = (wanted: Name) => {
    const row = rows.find(({ name }) => name === wanted);
    return row === undefined ? null : ([row.one, row.two] as const);
  };
  const [fills, sizes, twins, trades, ledger] = NAMES.map(pair);
  return {
    fills: fills ? { orders: fills[0], trades: fills[1] } : null,
    sizes: sizes ? { traded: sizes[0], filled: sizes[1] } : null,
    twins: twins ? { orders: twins[0], pairs: twins[1] } : null,
    trades: trades ? { rows: trades[0], repeated: trades[1] } : null,
    ledger: ledger ? { signals: ledger[0], entries: ledger[1] } : null,
  };
}

/** $1 is the window in milliseconds, up to the newest signal. */
export function writersStatement(
  catalog: Catalog,
  readable: ReadonlySet<string>,
): SqlStatement | null {
  const parts = [
    fillsPart(catalog, readable),
    sizesPart(catalog, readable),
    twinsPart(catalog, readable),
    tradesPart(catalog, readable),
    ledgerPart(catalog, readable),
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return sqlStatement(
    'writer_figures',
    `SELECT ''::text AS name, $1::float8::text AS one, NULL::text AS two WHERE false
     UNION ALL ${parts.join('\nUNION ALL ')}`,
  );
}

type Part = (catalog: Catalog, readable: ReadonlySet<string>) => string | null;

/** Of a stack whose trades do not name their orders: by number. */
const fillsPart: Part = (catalog, readable) => {
  const orders = tableWith(catalog, readable, 'orders', 'status', 'created_at');
  const trades = tableWith(catalog, readable, 'trades', 'timestamp');
  if (orders === null || trades === null || hasColumn(trades, 'fill_id')) return null;
  const since = `coalesce(greatest(${reach('o', 'created_at')}, ${reach('t', 'timestamp')}), '-infinity')`;
  return sqlPart(`(WITH o AS (${sample(orders)}), t AS (${sample(trades)})
    SELECT 'fills', (SELECT count(*) FROM o WHERE status IN ${FILLED} AND created_at >= ${since})::text,
      (SELECT count(*) FROM t WHERE timestamp >= ${since})::text)`);
};

/** An order that is filled in parts has several trades, so numbers would not do. */
const sizesPart: Part = (catalog, readable) => {
  const orders = tableWith(catalog, readable, 'orders', 'order_id', 'filled_size');
  const trades = tableWith(catalog, readable, 'trades', 'fill_id', 'order_id', 'size');
  if (orders === null || trades === null) return null;
  return sqlPart(`SELECT 'sizes', coalesce(sum(t.size), 0)::text, coalesce(sum(t.filled_size), 0)::text
    FROM (SELECT o.order_id, o.filled_size,
        (SELECT sum(size) FROM trades WHERE trades.order_id = o.order_id) AS size
      FROM (${sample(orders)}) o WHERE o.status IN ${FILLED}) t`);
};

/** Two writers of one order do not agree whether it was approved: only one of them knows it. */
const twinsPart: Part = (catalog, readable) => {
  const needed = ['symbol', 'side', 'size', 'approved', 'created_at'];
  const orders = tableWith(catalog, readable, 'orders', ...needed);
  if (orders === null || hasColumn(orders, 'run_id')) return null;
  return sqlPart(`SELECT 'twins', count(*)::text, count(*) FILTER (
      WHERE o.approved <> o.before AND o.created_at - o.at <= ${TWINS_APART_S} * interval '1 s')::text
    FROM (SELECT approved, created_at, lag(approved) OVER same AS before, lag(created_at) OVER same AS at
      FROM (${sample(orders)}) x
      WINDOW same AS (PARTITION BY symbol, side, size ORDER BY created_at, id)) o`);
};

const tradesPart: Part = (catalog, readable) => {
  const needed = ['exchange', 'symbol', 'exchange_trade_id'];
  const trades = tableWith(catalog, readable, 'trades', ...needed);
  if (trades === null) return null;
  const run = hasColumn(trades, 'run_id') ? 'run_id, ' : '';
  return sqlPart(`SELECT 'trades', coalesce(sum(g.n), 0)::text, coalesce(sum(g.n - 1), 0)::text
    FROM (SELECT count(*) AS n FROM (${sample(trades)}) t
      WHERE exchange_trade_id IS NOT NULL
      GROUP BY ${run}exchange, symbol, exchange_trade_id) g`);
};

const ledgerPart: Part = (catalog, readable) => {
  const signals = tableWith(catalog, readable, 'signals', 'timestamp');
  const ledger = tableWith(catalog, readable, 'correlation_ledger', 'event_type', 'created_at');
  if (signals === null || ledger === null) return null;
  const at = hasColumn(signals, 'created_at') ? 'created_at' : 'timestamp';
  // The ledger may be younger than the signals, and four of its entries follow each of them.
  const since = sqlPart(`greatest((SELECT max(${at}) FROM s) - $1::float8 * interval '1 ms',
    ${reach('s', at)}, (SELECT min(created_at) - ${FOLLOWS_S} * interval '1 s' FROM l))`);
  return sqlPart(`(WITH s AS (${sample(signals)}), l AS (${sample(ledger)})
    SELECT 'ledger', (SELECT count(*) FROM s WHERE ${at} >= ${since})::text,
      (SELECT count(*) FROM l WHERE event_type = 'SIGNAL' AND created_at >= ${since})::text)`);
};

/** How far back a sample goes; null where it is the whole table. */
function reach(sampled: string, at: string): string {
  return sqlPart(
    `(SELECT CASE WHEN count(*) >= ${SAMPLE_ROWS_MAX} THEN min(${at}) END FROM ${sampled})`,
  );
}

import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';

/** A table of the trade path with the columns that may say when a row was written, best first. */
interface CountedTable {
  readonly table: string;
  readonly clocks: readonly string[];
}

/** Ours and those of a stack of the reference; which clock a table has, its catalog says. */
export const COUNTED_TABLES: readonly CountedTable[] = [
  { table: 'risk_events', clocks: ['created_at', 'timestamp_ms', 'timestamp'] },
  { table: 'signals', clocks: ['created_at', 'timestamp'] },
  { table: 'orders', clocks: ['created_at'] },
  { table: 'trades', clocks: ['created_at', 'timestamp'] },
  { table: 'positions', clocks: ['updated_at'] },
  { table: 'correlation_ledger', clocks: ['created_at', 'timestamp_ms'] },
  { table: 'candles_1m', clocks: ['ingested_at'] },
];

/** Rows beyond which the newest alone are looked at: a check-up must not scan for seconds. */
export const COUNTED_ROWS_MAX = 1_000_000;
const NEWEST_ROWS = 50_000;

export const COUNTED_COLUMNS = sqlStatement(
  'doctor_counted_columns',
  `SELECT c.relname AS table, c.reltuples::float8 AS estimate, array_agg(a.attname::text) AS columns
   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE c.oid = ANY (SELECT to_regclass(quote_ident(n)) FROM unnest($1::text[]) n)
   GROUP BY c.oid, c.relname, c.reltuples`,
);

const ageMs = (clock: string) =>
  clock === 'timestamp_ms'
    ? `(extract(epoch FROM now()) * 1000 - x.timestamp_ms)`
    : `(extract(epoch FROM now() - x."${clock}") * 1000)`;

/** All rows, those of the last $1 ms, and the age of the newest; all as float8. */
function countStatement(table: string, clock: string): SqlStatement {
  return sqlStatement(
    `doctor_count_${table}_by_${clock}`,
    `SELECT count(*)::float8 AS rows, (count(*) FILTER (WHERE age <= $1))::float8 AS recent,
       min(age)::float8 AS youngest
     FROM (SELECT ${ageMs(clock)} AS age FROM "${table}" x) ages`,
  );
}

/** Of a large table: ids stand for its rows. What was rolled back leaves a gap, never a row too few. */
function newestStatement(table: string, clock: string): SqlStatement {
  return sqlStatement(
    `doctor_newest_${table}_by_${clock}`,
    `SELECT max(id)::float8 AS rows, (count(*) FILTER (WHERE age <= $1))::float8 AS recent,
       min(age)::float8 AS youngest
     FROM (SELECT x.id, ${ageMs(clock)} AS age FROM "${table}" x ORDER BY x.id DESC
       LIMIT ${NEWEST_ROWS}) ages`,
  );
}

export interface TableStatements {
  readonly table: string;
  readonly clock: string;
  readonly count: SqlStatement;
  readonly newest: SqlStatement;
}

export const TABLE_STATEMENTS: readonly TableStatements[] = COUNTED_TABLES.flatMap(
  ({ table, clocks }) =>
    clocks.map((clock) => ({
      ...{ table, clock },
      count: countStatement(table, clock),
      newest: newestStatement(table, clock),
    })),
);

const DAY_MS = 86_400_000;
const AGE_OF_ROW = sqlPart(`extract(epoch FROM now()) * 1000 - coalesce(
  extract(epoch FROM (j->>'created_at')::timestamptz) * 1000, (j->>'timestamp_ms')::numeric,
  extract(epoch FROM (j->>'timestamp')::timestamptz) * 1000)`);

/** Rows are read as JSON: a column that this version of a stack has not is null and no fault. */
export const DECISION_MIX = sqlStatement(
  'doctor_decision_mix',
  `SELECT is_block, code, (count(*) FILTER (WHERE age <= $1))::float8 AS recent,
     max(age)::float8 AS oldest, min(age)::float8 AS newest
   FROM (SELECT j->>'decision' LIKE 'BLOCK%' AS is_block,
       coalesce(j->>'reason_code', j->>'contract_code', '') AS code, ${AGE_OF_ROW} AS age
     FROM (SELECT to_jsonb(x) - 'payload' AS j FROM risk_events x ORDER BY x.id DESC
       LIMIT 20000) newest) ages
   WHERE age <= ${DAY_MS} GROUP BY is_block, code`,
);

export const SIDE_MIX = sqlStatement(
  'doctor_side_mix',
  `SELECT side, count(*)::float8 AS fills, min(age)::float8 AS newest, max(age)::float8 AS oldest
   FROM (SELECT lower(j->>'side') AS side, ${AGE_OF_ROW} AS age
     FROM (SELECT to_jsonb(x) - 'metadata' AS j FROM trades x ORDER BY x.id DESC LIMIT 500) newest) ages
   GROUP BY side`,
);

/** $1: the run, empty for a stack that knows none. */
export const OPEN_POSITIONS = sqlStatement(
  'doctor_open_positions',
  `SELECT j->>'symbol' AS symbol, (j->>'size')::float8 AS qty,
     coalesce(j->>'current_price', j->>'entry_price')::float8 AS price
   FROM (SELECT to_jsonb(x) - 'metadata' AS j FROM positions x) rows
   WHERE j->>'closed_at' IS NULL AND coalesce(j->>'run_id', '') = $1
     AND coalesce(j->>'book', 'real') = 'real'`,
);

/** Net quantity of filled orders by symbol, and the price of their fills. */
export const NET_ORDERS = sqlStatement(
  'doctor_net_orders',
  `SELECT symbol, sum(CASE WHEN side IN ('buy', 'long') THEN qty ELSE -qty END)::float8 AS qty,
     (sum(qty * price) / nullif(sum(qty), 0))::float8 AS price, count(*)::float8 AS orders
   FROM (SELECT j->>'symbol' AS symbol, j->>'side' AS side,
       coalesce(nullif((j->>'filled_size')::numeric, 0), (j->>'size')::numeric) AS qty,
       coalesce(j->>'avg_fill_price', j->>'price')::numeric AS price
     FROM (SELECT to_jsonb(x) - 'metadata' AS j FROM orders x) rows
     WHERE j->>'status' = 'filled' AND coalesce(j->>'run_id', '') = $1) filled
   GROUP BY symbol`,
);

export const TRADES_OF_RUN = sqlStatement(
  'doctor_trades_of_run',
  `SELECT count(*)::float8 AS trades, count(DISTINCT j->>'fill_id')::float8 AS fills
   FROM (SELECT to_jsonb(x) - 'metadata' AS j FROM trades x) rows
   WHERE coalesce(j->>'run_id', '') = $1`,
);

const FIGURE_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  trades: ['price', 'size', 'execution_price', 'fees', 'slippage_bps'],
  orders: ['price', 'size', 'filled_size', 'avg_fill_price'],
  positions: ['size', 'entry_price', 'current_price', 'unrealized_pnl', 'realized_pnl'],
};

/** Figures that PostgreSQL takes and no limit can be compared with, by column. */
export const NOT_NUMBERS: readonly SqlStatement[] = Object.entries(FIGURE_COLUMNS).map(
  ([table, columns]) =>
    sqlStatement(
      `doctor_not_numbers_${table}`,
      `SELECT '${table}' AS table, c.name, count(*)::float8 AS rows
       FROM (SELECT to_jsonb(x) AS j FROM "${table}" x ORDER BY x.id DESC LIMIT 5000) newest
       CROSS JOIN unnest(ARRAY[${columns.map((name) => `'${name}'`).join(', ')}]) c(name)
       WHERE lower(j->>c.name) IN ('nan', 'infinity', '-infinity') GROUP BY c.name`,
    ),
);

/** Every statement with which the check-up looks at the trade path; it only reads. */
export const PIPELINE_STATEMENTS: readonly SqlStatement[] = [
  COUNTED_COLUMNS,
  ...TABLE_STATEMENTS.flatMap(({ count, newest }) => [count, newest]),
  ...[DECISION_MIX, SIDE_MIX, OPEN_POSITIONS, NET_ORDERS, TRADES_OF_RUN],
  ...NOT_NUMBERS,
];

import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import { IDS, OWN_TRACE, type NamedBy, type TraceTables } from './trace-tables.js';

export const MATCHES_MAX = 20;
const ROWS_MAX = 200;

/** Where rows are looked up by a text. */
const LOOKED_UP = [
  'signals.signal_id',
  'risk_events.decision_pk',
  'blocked_decisions.signal_id',
  'orders.order_id',
  'orders.client_id',
  'orders.signal_id',
  'trades.fill_id',
  'trades.order_id',
  'runs.run_id',
  'correlation_ledger.correlation_id',
] as const;
export type LookedUp = (typeof LOOKED_UP)[number];

export const TRACED_TABLES = [
  ...new Set([...LOOKED_UP.map((by) => by.split('.')[0] ?? '')]),
  ...['candles_1m', 'positions', 'control_events'],
];

export const TABLES_THERE = sqlStatement(
  'tables_there',
  'SELECT name FROM unnest($1::text[]) name WHERE to_regclass(name) IS NOT NULL',
);

/** A row of `x` with its numbers as text, because JSON would round exact amounts. */
const ROW = sqlPart(`(SELECT jsonb_object_agg(key, CASE jsonb_typeof(value)
    WHEN 'number' THEN to_jsonb(value #>> '{}') ELSE value END)
  FROM jsonb_each(to_jsonb(x))) AS row`);

export const CANDLE_BEFORE = sqlStatement(
  'trace_candle',
  `SELECT ${ROW} FROM candles_1m x
   WHERE run_id = $1 AND symbol = $2 AND ts_ms <= $3::bigint - 60000 ORDER BY ts_ms DESC LIMIT 1`,
);

export const CONTROL_OF_EPOCH = sqlStatement(
  'trace_control',
  `SELECT ${ROW} FROM control_events x WHERE run_id = $1 AND epoch = $2::bigint
   ORDER BY id DESC LIMIT 1`,
);

export const POSITIONS_WITHIN = sqlStatement(
  'trace_positions',
  `SELECT ${ROW} FROM positions x
   WHERE run_id = $1 AND symbol = $2 AND book = 'real' AND opened_at <= $4::timestamptz
     AND (closed_at IS NULL OR closed_at >= $3::timestamptz)
   ORDER BY open_number LIMIT ${ROWS_MAX}`,
);

type ColumnText = TraceTables['text'];

export function rowsStatement(text: ColumnText, by: LookedUp): SqlStatement {
  const [table = '', column = ''] = by.split('.');
  return sqlStatement(
    `trace_rows_${table}_${column}`,
    `SELECT ${ROW} FROM ${table} x WHERE ${text(table, column)} = ANY($1::text[]) LIMIT ${ROWS_MAX}`,
  );
}

/** Rows that $1 names, of the kind $2 or of any. */
export function matchStatement(
  text: ColumnText,
  places: readonly NamedBy[],
  isPrefix: boolean,
): SqlStatement {
  const parts = places.map(({ kind, table, column }) => {
    const value = text(table, column);
    const condition = isPrefix ? `starts_with(${value}, $1::text)` : `${value} = $1::text`;
    return sqlPart(`(SELECT '${kind}' AS kind, ${value} AS id,
      coalesce(to_jsonb(x)->>'symbol', '') AS symbol
      FROM ${table} x WHERE ${condition} AND ($2::text IS NULL OR $2 = '${kind}')
      LIMIT ${MATCHES_MAX + 1})`);
  });
  return sqlStatement(`trace_match_${isPrefix ? 'prefix' : 'whole'}`, parts.join(' UNION ALL '));
}

/** Of our own tables. */
export const TRACE_STATEMENTS = [
  ...[TABLES_THERE, CANDLE_BEFORE, CONTROL_OF_EPOCH, POSITIONS_WITHIN],
  ...LOOKED_UP.map((by) => rowsStatement(OWN_TRACE.text, by)),
  ...[false, true].map((isPrefix) => matchStatement(OWN_TRACE.text, IDS, isPrefix)),
];

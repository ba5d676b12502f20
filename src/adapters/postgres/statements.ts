import { AUDIT_TABLES, type AuditTable } from '../../engine/domain/audit-tables.js';
import { CHAIN_TABLES, type ChainTable } from '../../engine/domain/row-chain.js';
import { sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import { NULL_TEXT, SEPARATOR } from './column-text.js';
import { INSERT_COLUMNS, TYPED_COLUMNS } from './column-types.js';

/** Statuses in the order in which an open order goes through them. */
export const OPEN_STATUSES = ['pending', 'submitted', 'partially_filled'] as const;

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(2, '0');
/** Arguments of string_to_array: the separator, and the text that stands for null. */
const SPLIT = `E'\\x${hex(SEPARATOR)}', E'\\x${hex(NULL_TEXT)}'`;

/** What a later row of the same order changes; every other column stays as it was first known. */
export const ORDER_PROGRESS = [
  'status',
  'rejection_reason',
  'avg_fill_price',
  'submitted_at',
  'filled_at',
] as const;

/** The INSERT of each table, taking one text per column (column-text.ts). */
export const INSERTS: Readonly<Record<AuditTable, SqlStatement>> = Object.fromEntries(
  AUDIT_TABLES.map((table) => [table, insertStatement(table)]),
) as Record<AuditTable, SqlStatement>;

/** Also the time of the transaction, which is that of `created_at` in all its rows. */
export const LOCK_CURSOR = sqlStatement(
  'cursor_lock',
  `SELECT seq::text AS seq, digest, risk_n::text AS risk_n, risk_hash,
      risk_since::text AS risk_since, control_n::text AS control_n, control_hash,
      control_since::text AS control_since, (extract(epoch FROM now()) * 1000000)::bigint::text AS now
    FROM audit_cursor WHERE run_id = $1 FOR UPDATE`,
);

/**
 * A run without a cursor gets one below every sequence, to have a row to lock. All its rows are in
 * chains, as nothing of it was written before.
 */
export const CREATE_CURSOR = sqlStatement(
  'cursor_create',
  `INSERT INTO audit_cursor (run_id, seq, digest, risk_since, control_since)
    VALUES ($1, -1, '', 0, 0) ON CONFLICT DO NOTHING`,
);

export const MOVE_CURSOR = sqlStatement(
  'cursor_move',
  `UPDATE audit_cursor SET seq = $2, digest = $3, risk_n = $4, risk_hash = $5, risk_since = $6,
    control_n = $7, control_hash = $8, control_since = $9, updated_at = now() WHERE run_id = $1`,
);

/** Where the chains of a run begin whose rows are older than the chains. */
export const CHAINS_SINCE = sqlStatement(
  'chains_since',
  `SELECT (SELECT coalesce(max(id), 0)::text FROM risk_events) AS risk_events,
    (SELECT coalesce(max(id), 0)::text FROM control_events) AS control_events`,
);

/** Names a row of a chained table, whatever run it is of. */
export const CHAIN_KEYS: Readonly<Record<ChainTable, string>> = {
  risk_events: 'decision_pk',
  control_events: 'event_pk',
};

/** Which of these keys are taken. */
export const KNOWN_ROWS: Readonly<Record<ChainTable, SqlStatement>> = Object.fromEntries(
  CHAIN_TABLES.map((table) => [
    table,
    sqlStatement(
      `known_${table}`,
      `SELECT ${CHAIN_KEYS[table]} AS key FROM ${table} WHERE ${CHAIN_KEYS[table]} = ANY($1::text[])`,
    ),
  ]),
) as Record<ChainTable, SqlStatement>;

export const READ_CURSOR = sqlStatement(
  'cursor_read',
  'SELECT seq::text AS seq, digest FROM audit_cursor WHERE run_id = $1 AND seq >= 0',
);

export const INSERT_RUN = sqlStatement(
  'insert_runs',
  `INSERT INTO runs (run_id, identity, mode, feed, seed, code_version, config_hash, started_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::float8 / 1000))
   ON CONFLICT DO NOTHING`,
);

/** All that a commit may run; the probe plans each of them. */
export const COMMIT_STATEMENTS: readonly SqlStatement[] = [
  LOCK_CURSOR,
  CREATE_CURSOR,
  CHAINS_SINCE,
  ...Object.values(KNOWN_ROWS),
  ...Object.values(INSERTS),
  MOVE_CURSOR,
];

function insertStatement(table: AuditTable): SqlStatement {
  const columns = INSERT_COLUMNS[table];
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const values = columns.map(({ name, type }) => `c."${name}"::${type}`).join(', ');
  const lists = columns.map((_, i) => `trim_array(string_to_array($${i + 1}::text, ${SPLIT}), 1)`);
  return sqlStatement(
    `insert_${table}`,
    `INSERT INTO ${table} (${names}) SELECT ${values} ` +
      `FROM unnest(${lists.join(', ')}) AS c(${names}) ${onConflict(table)}`,
  );
}

function onConflict(table: AuditTable): string {
  if (table === 'orders') return orderUpsert();
  if (table === 'positions') return positionUpsert();
  return 'ON CONFLICT DO NOTHING';
}

/** A final status stays; an open one moves forward only; what a later row does not know stays. */
function orderUpsert(): string {
  const progress: readonly string[] = ORDER_PROGRESS;
  const sets = TYPED_COLUMNS.orders
    .map(({ name }) => name)
    .filter((name) => name !== 'order_id')
    .map((name) => {
      if (name === 'filled_size') return `${name} = GREATEST(orders.${name}, excluded.${name})`;
      const [first, second] = progress.includes(name)
        ? ['excluded', 'orders']
        : ['orders', 'excluded'];
      return `"${name}" = COALESCE(${first}."${name}", ${second}."${name}")`;
    });
  return (
    `ON CONFLICT (order_id) DO UPDATE SET ${sets.join(', ')} ` +
    `WHERE orders.status = excluded.status OR ${rank('orders')} < ${rank('excluded')}`
  );
}

/** Final statuses share the highest rank, so that none of them replaces another. */
function rank(row: 'orders' | 'excluded'): string {
  const cases = OPEN_STATUSES.map((status, index) => `WHEN '${status}' THEN ${index}`);
  return `CASE ${row}.status ${cases.join(' ')} ELSE ${OPEN_STATUSES.length} END`;
}

function positionUpsert(): string {
  const sets = TYPED_COLUMNS.positions
    .filter(({ name }) => name !== 'position_pk')
    .map(({ name }) => `"${name}" = excluded."${name}"`);
  return `ON CONFLICT (position_pk) DO UPDATE SET ${sets.join(', ')}`;
}

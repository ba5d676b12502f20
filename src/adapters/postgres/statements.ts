import { AUDIT_TABLES, type AuditTable } from '../../engine/domain/audit-tables.js';
import { NULL_TEXT, SEPARATOR } from './column-text.js';
import { TYPED_COLUMNS } from './column-types.js';

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

export interface Statement {
  /** Prepared once per connection under this name. */
  readonly name: string;
  readonly text: string;
  readonly parameterCount: number;
}

/** The INSERT of each table, taking one text per column (column-text.ts). */
export const INSERTS: Readonly<Record<AuditTable, Statement>> = Object.fromEntries(
  AUDIT_TABLES.map((table) => [table, insertStatement(table)]),
) as Record<AuditTable, Statement>;

export const LOCK_CURSOR: Statement = {
  name: 'cursor_lock',
  text: 'SELECT seq::text AS seq, digest FROM audit_cursor WHERE run_id = $1 FOR UPDATE',
  parameterCount: 1,
};

/** A run without a cursor gets one below every sequence, to have a row to lock. */
export const CREATE_CURSOR: Statement = {
  name: 'cursor_create',
  text: `INSERT INTO audit_cursor (run_id, seq, digest) VALUES ($1, -1, '') ON CONFLICT DO NOTHING`,
  parameterCount: 1,
};

export const MOVE_CURSOR: Statement = {
  name: 'cursor_move',
  text: 'UPDATE audit_cursor SET seq = $2, digest = $3, updated_at = now() WHERE run_id = $1',
  parameterCount: 3,
};

/** All that a commit may run; the probe plans each of them. */
export const COMMIT_STATEMENTS: readonly Statement[] = [
  LOCK_CURSOR,
  CREATE_CURSOR,
  ...Object.values(INSERTS),
  MOVE_CURSOR,
];

function insertStatement(table: AuditTable): Statement {
  const columns = TYPED_COLUMNS[table];
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const values = columns.map(({ name, type }) => `c."${name}"::${type}`).join(', ');
  const lists = columns.map((_, i) => `trim_array(string_to_array($${i + 1}::text, ${SPLIT}), 1)`);
  return {
    name: `insert_${table}`,
    text:
      `INSERT INTO ${table} (${names}) SELECT ${values} ` +
      `FROM unnest(${lists.join(', ')}) AS c(${names}) ${onConflict(table)}`,
    parameterCount: columns.length,
  };
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

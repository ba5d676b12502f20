import type { IdKind } from '../../engine/ports/decision-trace.js';

type TracedTable = 'signals' | 'risk_events' | 'orders' | 'trades';

export interface NamedBy {
  readonly kind: IdKind;
  readonly table: TracedTable;
  readonly column: string;
}

/** Where ids stand, in the order in which an id is looked for. */
export const IDS: readonly NamedBy[] = [
  { kind: 'signal', table: 'signals', column: 'signal_id' },
  { kind: 'decision', table: 'risk_events', column: 'decision_pk' },
  { kind: 'order', table: 'orders', column: 'order_id' },
  { kind: 'client order', table: 'orders', column: 'client_id' },
  { kind: 'fill', table: 'trades', column: 'fill_id' },
];

/** How a column of row `x` is written, so that a table without it is no fault. */
export interface TraceTables {
  readonly text: (table: string, column: string) => string;
}

/** Our own tables have every column, and indexes on those that are looked up. */
export const OWN_TRACE: TraceTables = { text: (_, column) => `x.${column}` };

/** What the stack of the reference calls by another name, in one of its versions. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  'signals.signal_id': ['id'],
  'risk_events.decision_pk': ['decision_id', 'id'],
  'orders.order_id': ['id'],
  'orders.client_id': ['client_order_id'],
  'trades.fill_id': ['id'],
};

/** Rows of a stack are read as JSON: a column that it has not is null. */
export const STACK_TRACE: TraceTables = {
  text: (table, column) => {
    const names = [column, ...(OTHER_NAMES[`${table}.${column}`] ?? [])];
    return `coalesce(${names.map((name) => `to_jsonb(x)->>'${name}'`).join(', ')})`;
  },
};

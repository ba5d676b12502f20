import { AUDIT_COLUMNS, type AuditRow } from '../../engine/domain/audit-tables.js';
import { OPEN_STATUSES, ORDER_PROGRESS } from './statements.js';

/**
 * One row per order of a batch, because one statement cannot change a row twice: rows of the same
 * order are merged by the same rules as the statement merges with what is stored.
 */
export function newestOrders(rows: readonly AuditRow[]): readonly AuditRow[] {
  return newest(rows, AUDIT_COLUMNS.orders.indexOf('order_id'), mergeOrder);
}

/** One row per position of a batch: the last one, at the place of the first. */
export function newestPositions(rows: readonly AuditRow[]): readonly AuditRow[] {
  return newest(rows, AUDIT_COLUMNS.positions.indexOf('position_pk'), (_older, newer) => newer);
}

function newest(
  rows: readonly AuditRow[],
  keyIndex: number,
  merge: (older: AuditRow, newer: AuditRow) => AuditRow,
): readonly AuditRow[] {
  const byKey = new Map<unknown, AuditRow>();
  for (const row of rows) {
    const older = byKey.get(row[keyIndex]);
    byKey.set(row[keyIndex], older === undefined ? row : merge(older, row));
  }
  return [...byKey.values()];
}

const STATUS = AUDIT_COLUMNS.orders.indexOf('status');
const FILLED_SIZE = AUDIT_COLUMNS.orders.indexOf('filled_size');

function mergeOrder(older: AuditRow, newer: AuditRow): AuditRow {
  const isSame = older[STATUS] === newer[STATUS];
  if (!isSame && rank(older) >= rank(newer)) return older;
  return AUDIT_COLUMNS.orders.map((name, index) => {
    const [before, after] = [older[index] ?? null, newer[index] ?? null];
    if (index === FILLED_SIZE) return Number(after) >= Number(before) ? after : before;
    const isProgress = ORDER_PROGRESS.some((column) => column === name);
    return isProgress ? (after ?? before) : (before ?? after);
  });
}

function rank(row: AuditRow): number {
  const index = OPEN_STATUSES.findIndex((status) => status === row[STATUS]);
  return index === -1 ? OPEN_STATUSES.length : index;
}

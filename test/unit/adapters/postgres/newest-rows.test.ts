import { describe, expect, it } from 'vitest';
import { newestOrders, newestPositions } from '../../../../src/adapters/postgres/newest-rows.js';
import { AUDIT_COLUMNS, type AuditRow } from '../../../../src/engine/domain/audit-tables.js';
import { auditRow } from '../../../contract/audit-rows.js';

function cell(row: AuditRow | undefined, column: (typeof AUDIT_COLUMNS.orders)[number]): unknown {
  return row?.[AUDIT_COLUMNS.orders.indexOf(column)];
}

describe('newestOrders', () => {
  it('keeps one row per order, in the order of their first rows', () => {
    const rows = ['a', 'b', 'a', 'c'].map((id) => auditRow('orders', { order_id: id }));
    expect(newestOrders(rows).map((row) => cell(row, 'order_id'))).toEqual(['a', 'b', 'c']);
  });

  it('merges what each row knows', () => {
    const first = { status: 'submitted', price: '7', client_id: 'c', created_at: 'early' };
    const later = { status: 'filled', price: null, avg_fill_price: '8', created_at: 'late' };
    const [row] = newestOrders([auditRow('orders', first), auditRow('orders', later)]);
    expect(cell(row, 'status')).toBe('filled');
    expect(cell(row, 'price')).toBe('7');
    expect(cell(row, 'client_id')).toBe('c');
    expect(cell(row, 'avg_fill_price')).toBe('8');
    expect(cell(row, 'created_at')).toBe('early');
  });

  it('never lets the filled size shrink', () => {
    const sizes = ['0.4', '0.9', '0'].map((size) =>
      auditRow('orders', { status: 'partially_filled', filled_size: size }),
    );
    expect(cell(newestOrders(sizes)[0], 'filled_size')).toBe('0.9');
  });
});

describe('newestPositions', () => {
  it('keeps the last row of each position at the place of its first', () => {
    const size = AUDIT_COLUMNS.positions.indexOf('size');
    const rows = [
      ['p-1', '1'],
      ['p-1', '0'],
      ['p-2', '3'],
    ].map(([position_pk = '', s = '']) => auditRow('positions', { position_pk, size: s }));
    expect(newestPositions(rows).map((row) => row[size])).toEqual(['0', '3']);
  });
});

import type { EntryView } from '../stream-page.js';
import type { OrderRow } from './board.js';
import { boundedText } from './bounded.js';
import { newestFirst } from './blocks-board.js';
import { readJsonText } from './json-text.js';

/**
 * Orders with what became of them, from the newest entries of `stream.orders` and `stream.fills`. An
 * order whose result is beyond those entries counts as sent only.
 */
export function orderRows(
  orders: readonly EntryView[],
  results: readonly EntryView[],
): readonly OrderRow[] {
  const states = new Map(results.map(({ fields }) => [fields['order_id'] ?? '', stateOf(fields)]));
  return newestFirst(orders).map(({ fields, id }) => {
    const text = (name: string) => boundedText(fields[name] ?? '');
    const orderId = fields['order_id'] ?? '';
    return {
      orderId: boundedText(orderId === '' ? id : orderId),
      atMs: timeOf(fields['timestamp']),
      symbol: text('symbol'),
      side: text('side'),
      qty: text('quantity'),
      price: text('price'),
      state: states.get(orderId) ?? 'sent',
    };
  });
}

function stateOf(fields: EntryView['fields']): string {
  const status = fields['status'] ?? '';
  if (status === 'FILLED') return 'filled';
  const refusedBy = memberOf(readJsonText(fields['metadata'] ?? ''), 'refused_by');
  if (typeof refusedBy === 'string') return boundedText(`refused: ${refusedBy}`);
  const message = fields['error_message'] ?? '';
  return boundedText(message === '' ? 'rejected' : `rejected: ${message}`);
}

/** The wire has seconds, and other stacks milliseconds or ISO text. */
function timeOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const number = Number(text);
  if (Number.isNaN(number)) {
    const atMs = Date.parse(text);
    return Number.isNaN(atMs) ? null : atMs;
  }
  return number > 1e11 ? number : number * 1_000;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

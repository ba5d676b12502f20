import { STACK_LIMITS } from '../../view/stack-limits.js';
import type { SampleEntry, StreamSamples } from './facts.js';
import { cameMs, entriesOf, figureOf, momentOf, streamOf } from './sample.js';

/** Orders that nobody has answered, and what is known of it. */
export interface Unanswered {
  readonly orders: readonly SampleEntry[];
  /** How many orders were looked at. */
  readonly of: number;
}

/** Ids under which an order and its result can know each other. */
const IDS = ['client_id', 'order_id'] as const;

/**
 * Orders without a result. Null where it can't be told: results are not read, or none of them names an
 * order. Orders from before the oldest result that is known are left out.
 */
export function unanswered(samples: StreamSamples): Unanswered | null {
  const orders = entriesOf(samples, 'orders');
  const stream = streamOf(samples, 'fills');
  if (stream !== null && stream.entries === null) return null;
  const results = stream?.entries ?? [];
  const known = new Set(results.flatMap(idsOf));
  if (results.length > 0 && known.size === 0) return null;
  const [oldest] = results;
  const fromMs = stream === null || stream.isWhole || oldest === undefined ? null : cameMs(oldest);
  const judged = orders.filter((order) => {
    const atMs = cameMs(order);
    return idsOf(order).length > 0 && (fromMs === null || (atMs !== null && atMs >= fromMs));
  });
  const open = judged.filter((order) => !idsOf(order).some((id) => known.has(id)));
  return { orders: open, of: judged.length };
}

/** Older than any order may wait. */
export function overdue(samples: StreamSamples, orders: readonly SampleEntry[]) {
  const nowMs = momentOf(samples);
  return orders.flatMap((order) => {
    const atMs = cameMs(order);
    if (atMs === null || nowMs - atMs <= STACK_LIMITS.resultMs) return [];
    return [{ order, ageMs: nowMs - atMs }];
  });
}

function idsOf({ fields }: SampleEntry): readonly string[] {
  return IDS.flatMap((name) => {
    const id = fields[name] ?? '';
    return id === '' ? [] : [`${name}:${id}`];
  });
}

/** A closing order may be as large as what it closes. */
export function isReduceOnly({ fields }: SampleEntry): boolean {
  if (/"reduce_only"\s*:\s*true/.test(fields['metadata'] ?? '')) return true;
  return /^(?:paper|proactive)-unwind-/.test(fields['client_id'] ?? '');
}

/** Quantity times price; null where one of them is missing or no number. */
export function notionalOf(order: SampleEntry): number | null {
  const quantity = figureOf(order, 'quantity');
  const price = figureOf(order, 'price');
  return quantity === null || price === null ? null : Math.abs(quantity * price);
}

export function orderName({ id, fields }: SampleEntry): string {
  return fields['client_id'] ?? fields['order_id'] ?? id;
}

import { STREAMS } from '../../engine/domain/wire/streams.js';
import type { StreamView } from '../streams-json.js';
import type { StackCounts } from './figure-board.js';

/**
 * What the streams of a stack tell of its counters: one entry is one signal, one refusal, one order.
 * What left no entry (frames, breakers) stays unknown.
 * @param fills rows of fills; null where no database was read
 */
export function stackCounts(
  atMs: number,
  streams: readonly StreamView[],
  fills: number | null,
): StackCounts {
  const added = (name: string): number | null => {
    const stream = streams.find((one) => one.name === name);
    return stream?.exists === true ? stream.entriesAdded : null;
  };
  const orders = added(STREAMS.orders.name);
  return {
    atMs,
    counts: {
      signals_generated_total: added(STREAMS.signals.name),
      orders_approved_total: orders,
      orders_blocked_total: added(STREAMS.ordersBlocked.name),
      execution_orders_received_total: orders,
      execution_orders_filled_total: fills,
    },
  };
}

import type { OrderOrigin } from '../domain/events.js';
import { levelFor, type ControlRecord } from '../domain/control.js';

/** What the gate must know of an order that wants to leave. */
interface LeavingOrder {
  readonly symbol: string;
  readonly strategyId: string;
  readonly reduceOnly: boolean;
  readonly origin: OrderOrigin;
  /** Under which it was decided. */
  readonly epoch: number;
}

/**
 * The last door: judges an order against the register as it is now, after its decision is on record
 * and before anybody outside hears of it. @returns why it must not leave, null when it may
 */
export function gateRefusal(
  order: LeavingOrder,
  control: Pick<ControlRecord, 'level' | 'scopes' | 'epoch'>,
): string | null {
  const level = levelFor(control, order);
  // What closes a position because somebody halted and asked for it leaves under that halt.
  const isAskedFor = order.origin === 'flatten' && order.reduceOnly;
  if (level === 'HALTED' && !isAskedFor) return 'venue gate: level HALTED';
  if (level === 'REDUCING' && !order.reduceOnly) return 'venue gate: level REDUCING';
  if (order.epoch >= control.epoch) return null;
  return `venue gate: decided under epoch ${order.epoch}, now ${control.epoch}`;
}

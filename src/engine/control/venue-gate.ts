import type { OrderOrigin } from '../domain/events.js';
import { levelFor, type ControlRecord, type Mode } from '../domain/control.js';

/** What the gate must know of an order that wants to leave. */
interface LeavingOrder {
  readonly symbol: string;
  readonly strategyId: string;
  readonly reduceOnly: boolean;
  readonly origin: OrderOrigin;
  /** Under which it was decided. */
  readonly epoch: number;
  /** What it is itself: one of a canary is `shadow`, or what its venue makes it. */
  readonly mode: Mode;
}

/** What holds at the moment in which the order wants to leave. */
export interface GateControl extends Pick<ControlRecord, 'level' | 'scopes' | 'epoch' | 'mode'> {
  /**
   * In which the fold decides by now: it leaves a canary before the register does. Absent where another
   * process folds.
   */
  readonly foldedMode?: Mode;
}

/** What may leave under a mode. */
const LEAVES: Readonly<Record<Mode, readonly Mode[]>> = {
  shadow: ['shadow'],
  paper: ['paper', 'shadow'],
  canary: ['paper', 'live', 'shadow'],
  live: ['live', 'shadow'],
};

/**
 * The last door: judges an order against the register as it is now, after its decision is on record
 * and before anybody outside hears of it. @returns why it must not leave, null when it may
 */
export function gateRefusal(order: LeavingOrder, control: GateControl): string | null {
  const level = levelFor(control, order);
  // What closes a position because somebody halted and asked for it leaves under that halt.
  const isAskedFor = order.origin === 'flatten' && order.reduceOnly;
  if (level === 'HALTED' && !isAskedFor) return 'venue gate: level HALTED';
  if (level === 'REDUCING' && !order.reduceOnly) return 'venue gate: level REDUCING';
  // It closes what is held in its own book, whatever is decided in now.
  if (!isAskedFor && !LEAVES[control.mode].includes(order.mode)) {
    return `venue gate: mode ${control.mode}, the order is ${order.mode}`;
  }
  const { foldedMode } = control;
  if (!order.reduceOnly && foldedMode !== undefined && !LEAVES[foldedMode].includes(order.mode)) {
    return `venue gate: mode ${foldedMode} since it was decided, the order is ${order.mode}`;
  }
  if (order.epoch >= control.epoch) return null;
  return `venue gate: decided under epoch ${order.epoch}, now ${control.epoch}`;
}

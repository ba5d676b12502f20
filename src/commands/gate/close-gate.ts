import type { ClosedFile, DeliveryGate, GateClosing } from '../../engine/ports/delivery-gate.js';
import { recordInLedger } from '../ledger-record.js';
import { GATE_CLOSED, lookAtGate, openingIds } from './gate-look.js';

export interface Closed {
  readonly files: readonly ClosedFile[];
  /** Why it is not on record; empty when it is, or when nothing was left to close. */
  readonly recordFault: string;
}

/**
 * The files first: what is closed there is closed, even if it can't be put on record. What is on
 * record stays closed even if an old file comes back.
 * @param ended openings that are meant even where no file has them
 */
export async function closeGate(
  gate: DeliveryGate,
  closing: GateClosing,
  ended: readonly string[] = [],
): Promise<Closed> {
  const { scope, atMs, by, reason } = closing;
  const { copies, moment } = await lookAtGate(gate, atMs);
  const stated = openingIds(gate, copies, scope).filter((id) => !moment.endedIds.has(id));
  const openings = [...new Set([...ended, ...stated])];
  const files = await gate.close(closing);
  const isChange = openings.length > 0 || files.some(({ outcome }) => outcome === 'closed');
  if (!isChange) return { files, recordFault: '' };
  const outcomes = files.map(({ file, outcome }) => ({ file, outcome }));
  const details = { scope, openings, files: outcomes };
  const event = { kind: 'gate', action: GATE_CLOSED, atMs, who: by, why: reason, details } as const;
  const outcome = recordInLedger(gate.ledger, event);
  return { files, recordFault: outcome.state === 'failed' ? outcome.why : '' };
}

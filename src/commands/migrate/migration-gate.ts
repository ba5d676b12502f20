import type { DeliveryGate } from '../../engine/ports/delivery-gate.js';
import { durationText } from '../../view/age.js';
import { requireGate, useGate, type GateUse } from '../gate/use-gate.js';
import type { MigrationDatabase } from './migrate-ports.js';

export const SCOPE = 'migrations';

export interface Permit {
  /** Why it may be done: the reason of the opening, or why none is needed. */
  readonly why: string;
  /** For the record; null where none is needed. */
  readonly gate: Readonly<Record<string, string>> | null;
  readonly gateId: string | null;
}

export interface Gated<T> {
  readonly result: T;
  /** Null where none was needed. */
  readonly gate: { readonly scope: string; readonly isClosed: boolean } | null;
}

/** Null where something can be lost. */
export async function whyNoGate(database: MigrationDatabase): Promise<string | null> {
  if (database.kind === 'embedded') return 'the database belongs to this state directory alone';
  return (await database.isEmpty()) ? 'the database is empty, so nothing can be lost' : null;
}

/** @returns a line for the operator. @throws OperatorError (exit 5) where one is needed and closed */
export async function lookThroughGate(
  gate: DeliveryGate,
  ungated: string | null,
  nowMs: () => number,
): Promise<string> {
  if (ungated !== null) return `gate    not needed: ${ungated}`;
  const { opening } = await requireGate(gate, { scope: SCOPE, nowMs });
  const left = durationText(opening.expiresAtMs - nowMs());
  return `gate    ${SCOPE} is open for ${left}, by ${opening.approvedBy}: ${opening.reason}`;
}

/** The effect under an opening, which is spent by it; where none is needed, just the effect. */
export async function underGate<T>(
  gate: DeliveryGate,
  use: Omit<GateUse, 'scope'> & { readonly ungated: string | null },
  effect: (permit: Permit) => Promise<T>,
): Promise<Gated<T>> {
  const { ungated, ...rest } = use;
  if (ungated !== null) {
    return { result: await effect({ why: ungated, gate: null, gateId: null }), gate: null };
  }
  const { result, isClosed } = await useGate(gate, { ...rest, scope: SCOPE }, (opening) => {
    const { id, approvedBy, reason } = opening;
    const told = { scope: SCOPE, opening: id, approved_by: approvedBy };
    return effect({ why: reason, gate: told, gateId: id });
  });
  return { result, gate: { scope: SCOPE, isClosed } };
}

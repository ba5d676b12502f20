import {
  completeOpening,
  judgeScope,
  type GateCopy,
  type GateMoment,
  type GateReading,
  type GateVerdict,
} from '../../engine/control/delivery-gate.js';
import type { LedgerEntry } from '../../engine/domain/ledger.js';
import type { DeliveryGate } from '../../engine/ports/delivery-gate.js';
import { DependencyError } from '../../operator-error.js';

export interface GateLook {
  readonly copies: readonly GateCopy[];
  readonly moment: GateMoment;
  readonly judge: (scope: string) => GateVerdict;
}

export async function lookAtGate(gate: DeliveryGate, nowMs: number): Promise<GateLook> {
  const copies = await gate.copies();
  const moment = momentOf(gate, nowMs);
  return { copies, moment, judge: (scope) => judgeScope(gate.hash, scope, copies, moment) };
}

/** These actions end the openings that their details name. */
export const GATE_USED = 'gate used';
export const GATE_CLOSED = 'gate closed';

/** Empty for every entry that ends no opening. */
export function endedBy({ event }: LedgerEntry): readonly string[] {
  const isEnd = event.kind === 'gate' && [GATE_USED, GATE_CLOSED].includes(event.action);
  const named = isEnd ? event.details['openings'] : [];
  return Array.isArray(named) ? named.filter((one) => typeof one === 'string') : [];
}

/** Of every copy, of the working tree and of the commit alike; one that is incomplete has none. */
export function openingIds(
  { hash }: DeliveryGate,
  copies: readonly GateCopy[],
  scope: string,
): readonly string[] {
  const readings = copies.flatMap(({ working, committed }): readonly GateReading[] =>
    committed.state === 'committed' ? [working, committed.reading] : [working],
  );
  const ids = readings.flatMap((reading) =>
    reading.state === 'present'
      ? reading.stated.openings
          .filter((one) => one.scope === scope)
          .map((one) => completeOpening(hash, one))
          .flatMap((read) => (read.ok ? [read.opening.id] : []))
      : [],
  );
  return [...new Set(ids)];
}

function momentOf({ ledger }: DeliveryGate, nowMs: number): GateMoment {
  const endedIds = new Set<string>();
  let newestEntryAtMs: number | null = null;
  try {
    for (const entry of ledger.entries()) {
      newestEntryAtMs = entry.event.atMs;
      for (const id of endedBy(entry)) endedIds.add(id);
    }
    return { nowMs, newestEntryAtMs, endedIds, ledgerFault: null };
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
    // Whether an opening was used stands in the ledger alone.
    return { nowMs, newestEntryAtMs, endedIds, ledgerFault: fault.message };
  }
}

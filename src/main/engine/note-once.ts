import type { LedgerEvent } from '../../engine/domain/ledger.js';
import type { Ledger } from '../../engine/ports/ledger.js';

/**
 * A start that folds the tail of its journal again sees the same facts, and puts none of them on record
 * twice.
 * @param identity names of details that make it the same event, with the kind and the action
 */
export function noteOnce(ledger: Ledger, event: LedgerEvent, identity: readonly string[]): void {
  for (const { event: known } of ledger.entries()) {
    const isSame = known.kind === event.kind && known.action === event.action;
    if (isSame && identity.every((name) => known.details[name] === event.details[name])) return;
  }
  ledger.append(event);
}

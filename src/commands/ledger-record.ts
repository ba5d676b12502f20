import type { LedgerEvent } from '../engine/domain/ledger.js';
import type { Ledger } from '../engine/ports/ledger.js';
import { DependencyError } from '../operator-error.js';

export type LedgerOutcome =
  | { readonly state: 'written'; readonly n: number }
  | { readonly state: 'failed'; readonly why: string };

/** What was done is done, also when it can't be written down: then that is said. */
export function recordInLedger(ledger: Ledger, event: LedgerEvent): LedgerOutcome {
  try {
    return { state: 'written', n: ledger.append(event).n };
  } catch (fault) {
    if (!(fault instanceof DependencyError)) throw fault;
    return { state: 'failed', why: fault.message };
  }
}

export function ledgerWords(outcome: LedgerOutcome): string {
  return outcome.state === 'written'
    ? `ledger entry ${outcome.n}`
    : `ledger FAILED: ${outcome.why}`;
}

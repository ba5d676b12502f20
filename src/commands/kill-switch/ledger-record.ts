import { wordsOf } from '../../engine/domain/words-of.js';
import type { LedgerEvent } from '../../engine/domain/ledger.js';
import type { Ledger } from '../../engine/ports/ledger.js';

export type LedgerOutcome =
  | { readonly state: 'written'; readonly n: number }
  | { readonly state: 'failed'; readonly why: string };

/** What was done is done, also when it can't be written down: then that is said. */
export function recordInLedger(ledger: Ledger, event: LedgerEvent): LedgerOutcome {
  try {
    return { state: 'written', n: ledger.append(event).n };
  } catch (fault) {
    return { state: 'failed', why: wordsOf(fault) };
  }
}

export function ledgerWords(outcome: LedgerOutcome): string {
  return outcome.state === 'written'
    ? `ledger entry ${outcome.n}`
    : `ledger FAILED: ${outcome.why}`;
}

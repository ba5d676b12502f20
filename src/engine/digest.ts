import { canonicalFact } from './domain/canonical-fact.js';
import type { Output } from './domain/events.js';
import type { Hash } from './domain/hash.js';

export const DIGEST_START = '0'.repeat(64);

/**
 * Members that differ between two runs over the same events: where a fact was born in this journal,
 * and under which control epoch. The digest leaves them out, so that runs can be compared.
 */
const WITHOUT_RUN_SCOPE = {
  ref: undefined,
  cause: undefined,
  signalRef: undefined,
  decisionRef: undefined,
  orderRef: undefined,
  epoch: undefined,
  killId: undefined,
};

/** Canonical text of a fact without what belongs to one run. */
function factText(fact: Output): string {
  return canonicalFact({ ...fact, ...WITHOUT_RUN_SCOPE });
}

/**
 * Rolling SHA-256 over facts: equal digests mean equal facts in equal order. When an operator did
 * something is no outcome of the fold, so ControlApplied is left out; what follows from it is not.
 */
export function nextDigest(hash: Hash, previous: string, fact: Output): string {
  if (fact.kind === 'ControlApplied') return previous;
  return hash.sha256Hex(`${previous}:${factText(fact)}`);
}

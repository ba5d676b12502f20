import type { Hash } from '../../engine/domain/hash.js';
import { guardStates, type GuardResult, type StateFolder } from './guard.js';
import { itemsFor, type ReadinessItem, type ReadinessTarget } from './items.js';
import { judgeItem, type Approval, type ItemFinding } from './judge-item.js';
import { newestProofs, type ProofEvidence } from './proof-ledger.js';

/** Source: domain.md 4.5, values of a verdict file. */
export type ReadinessVerdict = 'GO' | 'ready-for-human-live-approval' | 'NO-GO';

export interface ReadinessEvidence {
  /** Null where none is configured. */
  readonly folder: StateFolder | null;
  readonly proofs: ProofEvidence;
  readonly approval: Approval;
}

export interface JudgedItem extends ItemFinding {
  readonly item: ReadinessItem;
}

export interface Readiness {
  readonly target: ReadinessTarget;
  readonly verdict: ReadinessVerdict;
  readonly items: readonly JudgedItem[];
  readonly guard: GuardResult | null;
}

/** The approval of a canary says of itself that it approves nothing beyond it. */
const NO_LIVE_APPROVAL: Approval = {
  faults: ['the approval of a canary approves nothing beyond it, and there is no other one'],
  operator: null,
  untilMs: null,
};

const NOT_HERE = 'not in this build';

/** Every item of the list for this target. Pure: any without a PASS is a no, unknown is a no. */
export function judgeReadiness(
  target: ReadinessTarget,
  { folder, proofs, approval }: ReadinessEvidence,
  { nowMs, hash }: { readonly nowMs: number; readonly hash: Hash },
): Readiness {
  const guard = folder === null ? null : guardStates(folder);
  const evidence = {
    guard,
    proofs: newestProofs(proofs, hash),
    approval: target === 'live' ? NO_LIVE_APPROVAL : approval,
    nowMs,
  };
  const items = itemsFor(target).map((item) => ({
    item: target === 'live' && item.proven.by === 'approval' ? { ...item, next: NOT_HERE } : item,
    ...judgeItem(item, evidence),
  }));
  return { target, verdict: verdictOf(items), items, guard };
}

function verdictOf(items: readonly JudgedItem[]): ReadinessVerdict {
  const open = items.filter(({ status }) => status !== 'PASS');
  if (open.length === 0) return 'GO';
  const waitsForPerson = open.every(
    ({ item, status }) => item.proven.by === 'approval' && status === 'MISSING',
  );
  return waitsForPerson ? 'ready-for-human-live-approval' : 'NO-GO';
}

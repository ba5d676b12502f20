import { durationText, utcText } from '../../view/age.js';
import { BLOCKED_CODES } from './blocked-codes.js';
import type { GuardResult } from './guard.js';
import type { ReadinessItem } from './items.js';
import { MANIFEST_NAME } from './manifest.js';
import type { ProofKind } from './proof.js';
import type { FoundProof } from './proof-ledger.js';
import { TASK_ID } from './guard-rules.js';

/** Worst first. Only PASS is one; UNKNOWN: something is there, and nobody can say what it proves. */
export const ITEM_STATUSES = ['BLOCKED', 'FAIL', 'UNKNOWN', 'MISSING', 'EXPIRED', 'PASS'] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];

export interface ItemFinding {
  readonly status: ItemStatus;
  /** One sentence with the figures. */
  readonly says: string;
  /** When that which counts was observed. */
  readonly evidenceAtMs: number | null;
}

/** What a person has approved, as the plan of the canary says it. */
export interface Approval {
  /** Why it approves nothing; empty where it does. */
  readonly faults: readonly string[];
  readonly operator: string | null;
  /** End of its window. */
  readonly untilMs: number | null;
}

export interface ItemEvidence {
  /** Null where no folder of state files is configured. */
  readonly guard: GuardResult | null;
  readonly proofs: ReadonlyMap<ProofKind, FoundProof>;
  readonly approval: Approval;
  readonly nowMs: number;
}

/** Pure. What nobody could look at is never a PASS. */
export function judgeItem(item: ReadinessItem, evidence: ItemEvidence): ItemFinding {
  const byState = TASK_ID.test(item.id) ? stateFinding(item, evidence) : null;
  const found = [...(byState === null ? [] : [byState]), ...provenFindings(item, evidence)];
  const [first] = ITEM_STATUSES.flatMap((status) => found.filter((one) => one.status === status));
  const isPass = first?.status === 'PASS';
  // The state file says that it was done; what proves it says more.
  return (isPass ? found.at(-1) : first) ?? finding('MISSING', 'no evidence');
}

/** @returns null where nothing of the state file is in the way, and something else has to prove it */
function stateFinding(item: ReadinessItem, { guard, nowMs }: ItemEvidence): ItemFinding | null {
  const isProof = item.proven.by !== 'state';
  if (guard === null) {
    return isProof
      ? null
      : finding(
          'MISSING',
          'no folder of state files is configured: --state-files or doctor.stateFiles',
        );
  }
  const [broken] = guard.violations.filter(({ taskId }) => taskId === null || taskId === item.id);
  if (broken !== undefined) {
    return finding('FAIL', `${broken.rule} ${broken.file}: ${broken.says}`);
  }
  const state = guard.states.get(item.id) ?? null;
  if (state === null) return finding('MISSING', `it is not in ${MANIFEST_NAME}`);
  if (state.status === 'BLOCKED') {
    const { code, text, sinceMs } = state;
    const says = `${code} (${BLOCKED_CODES[code]}) since ${utcText(sinceMs)}: ${text}`;
    return finding('BLOCKED', says, sinceMs);
  }
  if (isProof) return null;
  return aged(item, { atMs: state.atMs, says: `DONE by ${state.author}` }, nowMs);
}

function provenFindings(item: ReadinessItem, evidence: ItemEvidence): readonly ItemFinding[] {
  const { proven } = item;
  if (proven.by === 'state') return [];
  if (proven.by === 'approval') return [approvalFinding(evidence)];
  return proven.kinds.map((kind) => proofFinding(item, kind, evidence));
}

function proofFinding(
  item: ReadinessItem,
  kind: ProofKind,
  { proofs, nowMs }: ItemEvidence,
): ItemFinding {
  const found = proofs.get(kind) ?? { state: 'none' };
  if (found.state === 'none') return finding('MISSING', `no proof ${kind}`);
  if (found.state === 'unknown') return finding('UNKNOWN', found.why);
  const { passed, why, evidenceAtMs, says } = found.proof;
  if (!passed) {
    const reason = why === '' ? 'it does not say why' : why;
    return finding('FAIL', `${kind}: ${reason}`, evidenceAtMs);
  }
  if (evidenceAtMs === null) {
    return finding('UNKNOWN', `${found.file} does not say when it was observed`);
  }
  return aged(item, { atMs: evidenceAtMs, says: says === '' ? kind : says }, nowMs);
}

function approvalFinding({ approval, nowMs }: ItemEvidence): ItemFinding {
  const { faults, operator, untilMs } = approval;
  if (faults.length > 0) return finding('MISSING', faults.join('; '));
  if (operator === null || untilMs === null) return finding('MISSING', 'nobody approved it');
  // Written so that a time that is no number is over.
  if (!(nowMs <= untilMs)) return finding('EXPIRED', `its window ended ${utcText(untilMs)}`);
  return finding('PASS', `approved by ${operator}, until ${utcText(untilMs)}`);
}

function aged(
  { validMs }: ReadinessItem,
  { atMs, says }: { readonly atMs: number; readonly says: string },
  nowMs: number,
): ItemFinding {
  const ageMs = nowMs - atMs;
  if (!(ageMs >= 0)) return finding('UNKNOWN', `${says}; its time is ahead of this clock`, atMs);
  const words = `${says}, ${durationText(ageMs)} old (valid ${durationText(validMs)})`;
  return finding(ageMs <= validMs ? 'PASS' : 'EXPIRED', words, atMs);
}

function finding(
  status: ItemStatus,
  says: string,
  evidenceAtMs: number | null = null,
): ItemFinding {
  return { status, says, evidenceAtMs };
}

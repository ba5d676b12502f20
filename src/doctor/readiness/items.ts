import type { ProofKind } from './proof.js';

const DAY_MS = 86_400_000;

/**
 * What an item is proven by, beside its state file, which may never say otherwise: `state` needs
 * nothing else, `proof` a fresh proof of every kind that is named, `approval` a person.
 */
type ProvenBy =
  | { readonly by: 'state' }
  | { readonly by: 'proof'; readonly kinds: readonly ProofKind[] }
  | { readonly by: 'approval' };

export interface ReadinessItem {
  readonly id: string;
  readonly title: string;
  readonly phase: string;
  readonly demands: string;
  readonly proven: ProvenBy;
  /** Evidence that is older says nothing about now. */
  readonly validMs: number;
  /** Whether a canary waits for it; live waits for all. */
  readonly canary: boolean;
  /** What to run or to write next. */
  readonly next: string;
}

const STATE = { proven: { by: 'state' }, validMs: 90 * DAY_MS } as const;

function stateNext(id: string): string {
  return `bring it about again, then say so in ${id}-STATE.yaml`;
}

function stateItem(
  id: string,
  row: Pick<ReadinessItem, 'title' | 'phase' | 'demands' | 'canary'>,
): ReadinessItem {
  return { id, ...row, ...STATE, next: stateNext(id) };
}

function proofItem(
  id: string,
  kinds: readonly ProofKind[],
  row: Pick<ReadinessItem, 'title' | 'phase' | 'demands' | 'canary' | 'next'> & {
    readonly days: number;
  },
): ReadinessItem {
  const { days, ...rest } = row;
  return { id, ...rest, proven: { by: 'proof', kinds }, validMs: days * DAY_MS };
}

/** Source: domain.md 4.3; who needs it for a canary: 4.5. Validity is ours, the drill's from cli.md 2.4. */
export const READINESS_ITEMS: readonly ReadinessItem[] = [
  proofItem('LR-K1', ['drill'], {
    ...{ title: 'kill-switch drill', phase: 'P0 blocking', days: 7, canary: true },
    demands: 'every stop measured, none later than its limit',
    next: 'cdb kill-switch drill --write',
  }),
  stateItem('LR-001', {
    ...{ title: 'required CI checks', phase: 'P0 blocking', canary: true },
    demands: 'required CI checks, no bypass',
  }),
  stateItem('LR-002', {
    ...{ title: 'contract tests', phase: 'P0 blocking', canary: true },
    demands: 'contract tests for all event schemas',
  }),
  stateItem('LR-003', {
    ...{ title: 'limits drill and contract drift guard', phase: 'P0 blocking', canary: true },
    demands: 'kill-switch and limits drill; contract drift guard',
  }),
  stateItem('LR-004', {
    ...{ title: 'completion files and guard', phase: 'P0', canary: false },
    demands: 'deterministic completion files and their guard',
  }),
  stateItem('LR-005', {
    ...{ title: 'completion report', phase: 'P0', canary: false },
    demands: 'a snapshot or report of what is completed',
  }),
  stateItem('LR-006', {
    ...{ title: 'decision traceability', phase: 'P0', canary: false },
    demands: 'every decision can be traced',
  }),
  proofItem('LR-007', ['validation-window'], {
    ...{ title: 'shadow validation window', phase: 'P3', days: 30, canary: false },
    demands: '72 h of shadow within every limit',
    next: 'cdb evaluate validation-window FILE --write',
  }),
  stateItem('LR-010', {
    ...{ title: 'risk engine unit coverage', phase: 'P1', canary: true },
    demands: 'unit tests cover the risk engine',
  }),
  stateItem('LR-011', {
    ...{ title: 'execution state machine', phase: 'P1', canary: false },
    demands: 'tests of the state machine of execution',
  }),
  stateItem('LR-012', {
    ...{ title: 'negative payloads', phase: 'P1', canary: false },
    demands: 'payloads that are wrong are handled',
  }),
  proofItem('LR-020', ['paper-e2e'], {
    ...{ title: 'paper from signal to result', phase: 'P2', days: 7, canary: true },
    demands: 'a valid signal is FILLED within 30 s; drawdown 99 is RC_020; regime 2 is RC_001',
    next: 'cdb proof paper-e2e --write',
  }),
  proofItem('LR-021', ['replay'], {
    ...{ title: 'deterministic replay', phase: 'P2', days: 7, canary: true },
    demands: 'two passes over the same input give the same signature',
    next: 'cdb evaluate replay-twice sample --write',
  }),
  proofItem('LR-030', ['shadow-probe', 'shadow-gate'], {
    ...{ title: 'shadow, zero execution', phase: 'P3', days: 14, canary: true },
    demands: 'live data for more than 24 h, a probe order refused, nothing filled',
    next: 'cdb proof shadow-probe --write, then cdb evaluate shadow-gate DIR --write',
  }),
  proofItem('LR-031', ['shadow-compare'], {
    ...{ title: 'shadow metrics comparison', phase: 'P3', days: 14, canary: true },
    demands: 'every metric of the shadow run is within its threshold',
    next: 'cdb evaluate shadow-compare DIR --write',
  }),
  proofItem('LR-040', ['soak-gate'], {
    ...{ title: '72 h soak', phase: 'P4', days: 30, canary: true },
    demands: '72 h, no restart, flat memory, no stall',
    next: 'cdb evaluate soak-gate DIR --write',
  }),
  proofItem('LR-041', ['restart-recovery'], {
    ...{ title: 'restart recovery', phase: 'P4', days: 30, canary: true },
    demands: 'Redis back in < 30 s, PostgreSQL in < 60 s, no fill, mode kept',
    next: 'cdb evaluate recovery FILE --write',
  }),
  proofItem('LR-042', ['network-recovery'], {
    ...{ title: 'latency and packet loss', phase: 'P4', days: 30, canary: true },
    demands: 'recovered within 30 s, no fill, no stall',
    next: 'cdb evaluate recovery FILE --write',
  }),
  {
    ...{ id: 'LR-050', title: 'canary approval', phase: 'P5 gated', canary: true },
    demands: 'a decided plan and a human approval of exactly it',
    proven: { by: 'approval' },
    validMs: 0,
    next: 'cdb canary plan names each field that is undecided',
  },
];

export type ReadinessTarget = 'canary' | 'live';

export function itemsFor(target: ReadinessTarget): readonly ReadinessItem[] {
  return target === 'live' ? READINESS_ITEMS : READINESS_ITEMS.filter(({ canary }) => canary);
}

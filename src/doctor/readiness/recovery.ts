import { firstWord, judgeCriteria, type CriteriaVerdict, type Criterion } from './criteria.js';
import { amount, rowsIn } from './evidence-figures.js';
import { textIn, type Members } from './members.js';
import type { ProofKind } from './proof.js';

const none = (value: number) => firstWord(['PASS', value === 0]);

/** Source: domain.md 4.3, LR-041. */
export const RESTART_RULES: readonly Criterion<
  'redis_recovery_sec' | 'postgres_recovery_sec' | 'fills' | 'mode_changes'
>[] = [
  {
    ...{ id: 'redis_recovery_sec', figure: 'redis_recovery_sec', demands: 'below 30 s' },
    judge: (value) => firstWord(['PASS', value < 30]),
  },
  {
    ...{ id: 'postgres_recovery_sec', figure: 'postgres_recovery_sec', demands: 'below 60 s' },
    judge: (value) => firstWord(['PASS', value < 60]),
  },
  { id: 'fills', figure: 'fills', demands: 'none', judge: none },
  { id: 'mode_changes', figure: 'mode_changes', demands: 'the mode is kept', judge: none },
];

/** Source: domain.md 4.3, LR-042. */
export const NETWORK_RULES: readonly Criterion<'recovery_sec_max' | 'fills' | 'stalls'>[] = [
  {
    ...{ id: 'recovery_sec_max', figure: 'recovery_sec_max' },
    demands: 'at most 30 s; at most 60 s warns',
    judge: (value) => firstWord(['PASS', value <= 30], ['WARN', value <= 60]),
  },
  { id: 'fills', figure: 'fills', demands: 'none', judge: none },
  { id: 'stalls', figure: 'stalls', demands: 'none', judge: none },
];

export type JudgedDrill =
  | { readonly kind: ProofKind; readonly judged: CriteriaVerdict }
  /** The evidence names no drill that is known. */
  | null;

/** @param evidence says in `drill` which one it is: LR-041 or LR-042 */
export function judgeRecovery(evidence: Members): JudgedDrill {
  const drill = textIn(evidence, 'drill');
  if (drill === 'LR-041') {
    return { kind: 'restart-recovery', judged: judgeRestarts(evidence) };
  }
  return drill === 'LR-042' ? { kind: 'network-recovery', judged: judgeNetwork(evidence) } : null;
}

function judgeRestarts(evidence: Members): CriteriaVerdict {
  const [before, after] = [textIn(evidence, 'mode_before'), textIn(evidence, 'mode_after')];
  const isSaid = before !== null && after !== null && before !== '';
  return judgeCriteria(RESTART_RULES, {
    redis_recovery_sec: amount(evidence, 'redis_recovery_sec'),
    postgres_recovery_sec: amount(evidence, 'postgres_recovery_sec'),
    fills: amount(evidence, 'fills'),
    mode_changes: isSaid ? Number(before !== after) : null,
  });
}

function judgeNetwork(evidence: Members): CriteriaVerdict {
  return judgeCriteria(NETWORK_RULES, {
    recovery_sec_max: slowest(evidence),
    fills: amount(evidence, 'fills'),
    stalls: amount(evidence, 'stalls'),
  });
}

function slowest(evidence: Members): number | null {
  const cases = rowsIn(evidence, 'cases');
  if (cases === null || cases.length === 0) return null;
  const seconds = cases.map((one) => amount(one, 'recovery_sec'));
  return seconds.reduce((most, one) =>
    most === null || one === null ? null : Math.max(most, one),
  );
}

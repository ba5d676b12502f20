import type { Hash } from '../domain/hash.js';
import { isoMsOf } from '../domain/iso-time.js';
import {
  CLOCK_SLACK_MS,
  completeOpening,
  OPEN_MS_MAX,
  saysSomething,
  type GateCopy,
  type GateMoment,
  type GateReading,
  type StatedGate,
} from './delivery-gate.js';

/** One word each for programs, as they stand in the JSON form. */
export type GateWarningKind =
  | 'unreadable'
  | 'approver'
  | 'time'
  | 'no-end'
  | 'open-too-long'
  | 'incomplete'
  | 'expired'
  | 'not-committed'
  | 'differs-from-commit'
  | 'copies-differ'
  | 'clock'
  | 'ledger';

export interface GateWarning {
  readonly kind: GateWarningKind;
  readonly text: string;
}

/** What a person should put right; none of it opens anything. */
export function gateWarnings(
  hash: Hash,
  copies: readonly GateCopy[],
  moment: GateMoment,
): readonly GateWarning[] {
  const [first, ...rest] = copies;
  const differing = rest.filter((one) => says(one.working) !== says(first?.working));
  return [
    ...copies.flatMap((copy) => ofCopy(hash, copy, moment)),
    ...differing.map(({ file }) => warning('copies-differ', differWords(first, file))),
    ...ofMoment(moment),
  ];
}

function ofCopy(hash: Hash, copy: GateCopy, moment: GateMoment): readonly GateWarning[] {
  const { file, working, committed } = copy;
  if (working.state === 'unreadable') {
    return [warning('unreadable', `${file} counts as closed: ${working.why}`)];
  }
  const own = working.state === 'present' ? ofStated(hash, file, working.stated, moment) : [];
  return [...own, ...ofCommit(file, working, committed)];
}

function ofStated(
  hash: Hash,
  file: string,
  stated: StatedGate,
  { nowMs }: GateMoment,
): readonly GateWarning[] {
  const { approved, approvedBy, approvedAt, openings } = stated;
  const found: GateWarning[] = [];
  const add = (kind: GateWarningKind, text: string) => found.push(warning(kind, `${file} ${text}`));
  if (approved === null) add('unreadable', 'says neither approved: true nor approved: false');
  const approvedAtMs = isoMsOf(approvedAt ?? '');
  if (approved === true) {
    if (!saysSomething(approvedBy)) add('approver', 'is approved by nobody (approved_by)');
    if (approvedAtMs === null) add('time', 'does not say when it was approved (approved_at)');
    else if (nowMs - approvedAtMs > OPEN_MS_MAX) {
      add('open-too-long', `is approved since ${approvedAt ?? ''}, more than 24 h`);
    }
    if (openings.length === 0) {
      add('no-end', 'says approved: true without scope and end: nothing here takes that for open');
    }
  }
  if (approvedAtMs !== null && approvedAtMs > nowMs + CLOCK_SLACK_MS) {
    add('clock', `was approved at ${approvedAt ?? ''}, which is still to come`);
  }
  for (const one of openings) {
    const read = completeOpening(hash, one);
    const name = one.scope ?? 'without a scope';
    if (!read.ok)
      add('incomplete', `has an opening (${name}) without a usable ${read.faults.join(', ')}`);
    else if (read.opening.expiresAtMs <= nowMs) {
      add('expired', `still has the opening of ${name} that expired at ${one.expiresAt ?? ''}`);
    } else if (read.opening.approvedAtMs > nowMs + CLOCK_SLACK_MS) {
      add('clock', `has an opening (${name}) that begins later`);
    }
  }
  return found;
}

function ofCommit(
  file: string,
  working: GateReading,
  committed: GateCopy['committed'],
): readonly GateWarning[] {
  if (committed.state === 'not-committed') {
    return working.state === 'absent'
      ? []
      : [
          warning(
            'not-committed',
            `${file} is not committed, so it opens nothing: ${committed.why}`,
          ),
        ];
  }
  if (says(working) === says(committed.reading)) return [];
  const text = saysApproved(committed.reading)
    ? saysApproved(working)
      ? 'says something else than its newest commit; only what both say is open'
      : 'is closed, and its newest commit still says approved: true; commit the file'
    : 'says something else than its newest commit, which opens nothing';
  return [warning('differs-from-commit', `${file} ${text}`)];
}

function ofMoment({ nowMs, newestEntryAtMs, ledgerFault }: GateMoment): readonly GateWarning[] {
  const isBack = newestEntryAtMs !== null && newestEntryAtMs > nowMs + CLOCK_SLACK_MS;
  return [
    ...(isBack
      ? [warning('clock', 'the clock went backwards: the ledger has an entry of a later time')]
      : []),
    ...(ledgerFault === null ? [] : [warning('ledger', ledgerFault)]),
  ];
}

function differWords(first: GateCopy | undefined, file: string): string {
  return `${first?.file ?? ''} and ${file} do not say the same; only what all say is open`;
}

function saysApproved(reading: GateReading): boolean {
  return reading.state === 'present' && reading.stated.approved === true;
}

/** Two forms of the file may say the same. */
function says(reading: GateReading | undefined): string {
  if (reading?.state !== 'present') return reading?.state ?? '';
  const { approved, approvedBy, approvedAt, openings } = reading.stated;
  return JSON.stringify([approved, approvedBy, approvedAt, openings]);
}

function warning(kind: GateWarningKind, text: string): GateWarning {
  return { kind, text };
}

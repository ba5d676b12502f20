import { isoMsOf } from '../../engine/domain/iso-time.js';
import { isBlockedCode, type BlockedCode } from './blocked-codes.js';
import { SPEC_VERSION, type FileReading, type GuardRule, type Violation } from './guard-rules.js';
import { shown } from './manifest.js';
import { memberOf, type Members } from './members.js';
import { yamlMapping } from './yaml-mapping.js';

/** What a state file without a violation says. */
export type TaskState =
  | { readonly status: 'DONE'; readonly atMs: number; readonly author: string }
  | {
      readonly status: 'BLOCKED';
      readonly sinceMs: number;
      readonly code: BlockedCode;
      readonly text: string;
    };

export interface StateFile {
  readonly taskId: string;
  /** Of the manifest; null where the task is not in it. */
  readonly title: string | null;
  readonly fileName: string;
  readonly file: FileReading;
  /** @returns what is wrong with a path below the root, null where there is such a file */
  readonly evidenceFault: (relativePath: string) => string | null;
}

interface JudgedState {
  /** Null where anything is wrong. */
  readonly state: TaskState | null;
  readonly violations: readonly Violation[];
}

const DONE_NAMES = ['completion_timestamp', 'completion_author'] as const;
const BLOCKED_NAMES = ['blocked_reason_code', 'blocked_reason_text', 'blocked_since'] as const;
const COMMIT = /^[0-9a-fA-F]{7,40}$/;
/** Whoever writes `2026-03-16T15:03` says no zone, and `+01:00` is not UTC. */
const UTC = /Z$/;

/** V006 to V015. */
export function judgeStateFile(found: StateFile): JudgedState {
  const { file } = found;
  const one = (rule: GuardRule, says: string): Violation => {
    const { taskId, fileName } = found;
    return { rule, taskId, file: fileName, says };
  };
  if (file.state !== 'text') {
    const why = file.state === 'missing' ? 'it is gone' : `it can not be read: ${file.why}`;
    return { state: null, violations: [one('V006', why)] };
  }
  const read = yamlMapping(file.text);
  if (!read.ok) return { state: null, violations: [one('V006', read.why)] };
  const violations = faultsOf(read.members, found).map(([rule, says]) => one(rule, says));
  return { state: violations.length === 0 ? stateOf(read.members) : null, violations };
}

type Fault = readonly [rule: GuardRule, says: string];

function faultsOf(state: Members, found: StateFile): readonly Fault[] {
  const version = memberOf(state, 'spec_version');
  const id = memberOf(state, 'task_id');
  const title = memberOf(state, 'task_title');
  const status = memberOf(state, 'status');
  return [
    ...unless(
      version === SPEC_VERSION,
      'V006',
      `spec_version: required "${SPEC_VERSION}", found ${shown(version)}`,
    ),
    ...unless(
      id === found.taskId,
      'V007',
      `task_id: required "${found.taskId}", found ${shown(id)}`,
    ),
    ...unless(
      found.title === null || title === found.title,
      'V008',
      `task_title: required ${shown(found.title)} as in the manifest, found ${shown(title)}`,
    ),
    ...unless(
      status === 'DONE' || status === 'BLOCKED',
      'V009',
      `status: required DONE or BLOCKED, found ${shown(status)}`,
    ),
    ...(status === 'DONE' ? fieldFaults(state, 'V010', DONE_NAMES, BLOCKED_NAMES) : []),
    ...(status === 'BLOCKED' ? fieldFaults(state, 'V011', BLOCKED_NAMES, DONE_NAMES) : []),
    ...timeFaults(state),
    ...codeFaults(state),
    ...evidenceFaults(state, found),
    ...commitFaults(state),
  ];
}

function fieldFaults(
  state: Members,
  rule: GuardRule,
  needed: readonly string[],
  foreign: readonly string[],
): readonly Fault[] {
  const missing = needed.filter((name) => isEmpty(memberOf(state, name)));
  const there = foreign.filter((name) => !isNull(memberOf(state, name)));
  return [
    ...missing.map((name): Fault => [rule, `${name}: is missing`]),
    ...there.map((name): Fault => [
      rule,
      `${name}: required null, found ${shown(memberOf(state, name))}`,
    ]),
  ];
}

function timeFaults(state: Members): readonly Fault[] {
  return ['completion_timestamp', 'blocked_since'].flatMap((name): readonly Fault[] => {
    const time = memberOf(state, name);
    if (isEmpty(time) || utcMsOf(time) !== null) return [];
    return [['V012', `${name}: required a time like 2026-02-09T15:30:00Z, found ${shown(time)}`]];
  });
}

function codeFaults(state: Members): readonly Fault[] {
  const code = memberOf(state, 'blocked_reason_code');
  if (isEmpty(code) || isBlockedCode(code)) return [];
  return [['V013', `blocked_reason_code: ${shown(code)} is not in the taxonomy`]];
}

function evidenceFaults(state: Members, { evidenceFault }: StateFile): readonly Fault[] {
  const path = memberOf(state, 'evidence_file');
  if (typeof path !== 'string' || path.trim() === '')
    return [['V014', 'evidence_file: is missing']];
  const why = pathFault(path) ?? evidenceFault(path);
  return why === null ? [] : [['V014', `evidence_file: ${shown(path)} ${why}`]];
}

function pathFault(path: string): string | null {
  if (/^(?:[/\\]|[a-z]:)/i.test(path)) return 'is not relative';
  if (path.includes('..')) return 'has ".." in it';
  return path.includes('\0') ? 'is no path' : null;
}

function commitFaults(state: Members): readonly Fault[] {
  const commit = memberOf(state, 'evidence_commit');
  if (typeof commit === 'string' && COMMIT.test(commit)) return [];
  // YAML reads 1234567 as a number, and 12e4567 as infinity.
  const advice = typeof commit === 'number' ? '; put it in quotes' : '';
  return [
    [
      'V015',
      `evidence_commit: required 7 to 40 hexadecimal digits, found ${shown(commit)}${advice}`,
    ],
  ];
}

/** Of a file without a violation. */
function stateOf(state: Members): TaskState | null {
  const text = (name: string) => String(memberOf(state, name));
  const code = memberOf(state, 'blocked_reason_code');
  if (isBlockedCode(code)) {
    const sinceMs = utcMsOf(memberOf(state, 'blocked_since')) ?? Number.NaN;
    return { status: 'BLOCKED', sinceMs, code, text: text('blocked_reason_text') };
  }
  const atMs = utcMsOf(memberOf(state, 'completion_timestamp'));
  return atMs === null ? null : { status: 'DONE', atMs, author: text('completion_author') };
}

function utcMsOf(value: unknown): number | null {
  return typeof value === 'string' && UTC.test(value) ? isoMsOf(value) : null;
}

function isNull(value: unknown): boolean {
  return value === undefined || value === null;
}

function isEmpty(value: unknown): boolean {
  return isNull(value) || (typeof value === 'string' && value.trim() === '');
}

function unless(holds: boolean, rule: GuardRule, says: string): readonly Fault[] {
  return holds ? [] : [[rule, says]];
}

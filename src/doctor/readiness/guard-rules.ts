/** What the guard of the state files demands. Source: domain.md 4.3. */
export const GUARD_RULES = {
  V000: 'the manifest is there',
  V001: 'the manifest is a mapping of spec_version "1.0" with a list of tasks',
  V002: 'its tasks have ascending ids LR-NNN, each once, and titles of at most 200 characters',
  V003: 'every task of the manifest has a state file',
  V004: 'every state file belongs to a task of the manifest',
  V005: 'no task has two state files',
  V006: 'a state file is a mapping of spec_version "1.0"',
  V007: 'its task_id is that of its name',
  V008: 'its task_title is that of the manifest',
  V009: 'its status is DONE or BLOCKED',
  V010: 'DONE says when and by whom, and nothing of a block',
  V011: 'BLOCKED says why and since when, and nothing of a completion',
  V012: 'times are ISO 8601 in UTC',
  V013: 'blocked_reason_code is one of the taxonomy',
  V014: 'evidence_file is a file below the root of the repository',
  V015: 'evidence_commit is a commit: 7 to 40 hexadecimal digits',
} as const satisfies Readonly<Record<string, string>>;

export type GuardRule = keyof typeof GUARD_RULES;

export interface Violation {
  readonly rule: GuardRule;
  /** Null for the manifest and the folder as a whole. */
  readonly taskId: string | null;
  readonly file: string;
  readonly says: string;
}

export const SPEC_VERSION = '1.0';
export const TASK_ID = /^LR-\d{3}$/;

/** A file as it was found, for what judges without reading. */
export type FileReading =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly why: string };

import type { FileReading, Violation } from './guard-rules.js';
import { judgeManifest, MANIFEST_NAME } from './manifest.js';
import { judgeStateFile, type TaskState } from './state-file.js';

/** The folder of LR state files, as it was found. */
export interface StateFolder {
  readonly manifest: FileReading;
  /** Every file that may be a state file (`mayBeState`), by its name. */
  readonly states: ReadonlyMap<string, FileReading>;
  /** @returns what is wrong with a path below the root, null where there is such a file */
  readonly evidenceFault: (relativePath: string) => string | null;
}

export interface GuardResult {
  readonly verdict: 'VALID' | 'VIOLATION' | 'CONFIGURATION ERROR';
  readonly violations: readonly Violation[];
  /** Of each task of the manifest; null where its file is missing or breaks a rule. */
  readonly states: ReadonlyMap<string, TaskState | null>;
  readonly titles: ReadonlyMap<string, string>;
}

const STATE_NAME = /^(LR-\d{3})-STATE\.(?:ya?ml|json)$/;

/** Also names that only resemble a state file's: one that nobody reads is an orphan. */
export function mayBeState(fileName: string): boolean {
  return /^lr-.*state/i.test(fileName);
}

/** The completion guard: V000 to V015 over a whole folder. Pure, and never throws. */
export function guardStates(folder: StateFolder): GuardResult {
  const manifest = judgeManifest(folder.manifest);
  const titles = manifest.tasks;
  const violations: Violation[] = [...manifest.violations];
  const states = new Map<string, TaskState | null>();
  const seen = new Map<string, string>();
  for (const [fileName, file] of [...folder.states].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [, taskId] = STATE_NAME.exec(fileName) ?? [];
    if (taskId === undefined) {
      violations.push(orphan(null, fileName, 'its name is not LR-NNN-STATE.yaml'));
      continue;
    }
    const title = titles.get(taskId) ?? null;
    if (title === null) {
      violations.push(orphan(taskId, fileName, `${taskId} is not in ${MANIFEST_NAME}`));
    }
    const { evidenceFault } = folder;
    const judged = judgeStateFile({ taskId, title, fileName, file, evidenceFault });
    violations.push(...judged.violations);
    const twin = seen.get(taskId);
    if (twin !== undefined) {
      const says = `${twin} is a state file of ${taskId} too`;
      violations.push({ rule: 'V005', taskId, file: fileName, says });
    }
    seen.set(taskId, fileName);
    states.set(taskId, twin === undefined && title !== null ? judged.state : null);
  }
  for (const taskId of titles.keys()) {
    if (seen.has(taskId)) continue;
    const file = `${taskId}-STATE.yaml`;
    violations.push({ rule: 'V003', taskId, file, says: 'it is missing' });
    states.set(taskId, null);
  }
  const sorted = violations.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  return { verdict: verdictOf(sorted), violations: sorted, states, titles };
}

function verdictOf(violations: readonly Violation[]): GuardResult['verdict'] {
  if (violations.some(({ rule }) => rule === 'V000')) return 'CONFIGURATION ERROR';
  return violations.length === 0 ? 'VALID' : 'VIOLATION';
}

function orphan(taskId: string | null, file: string, says: string): Violation {
  return { rule: 'V004', taskId, file, says };
}

function sortKey({ taskId, rule, file }: Violation): string {
  return `${taskId ?? ''} ${rule} ${file}`;
}

import { SPEC_VERSION, TASK_ID, type FileReading, type Violation } from './guard-rules.js';
import { isMembers, memberOf } from './members.js';
import { yamlMapping } from './yaml-mapping.js';

export const MANIFEST_NAME = 'LR-TASKS.yaml';
const TITLE_CHARS_MAX = 200;

interface JudgedManifest {
  /** Title of each task by its id; a broken entry is not in it. */
  readonly tasks: ReadonlyMap<string, string>;
  readonly violations: readonly Violation[];
}

/** V000 to V002. */
export function judgeManifest(file: FileReading): JudgedManifest {
  if (file.state === 'missing') return broken('V000', 'it is missing');
  if (file.state === 'unusable') return broken('V000', `it can not be read: ${file.why}`);
  const read = yamlMapping(file.text);
  if (!read.ok) return broken('V001', read.why);
  const version = memberOf(read.members, 'spec_version');
  const tasks = memberOf(read.members, 'tasks');
  if (version !== SPEC_VERSION) {
    return broken('V001', `spec_version: required "${SPEC_VERSION}", found ${shown(version)}`);
  }
  if (!Array.isArray(tasks)) return broken('V001', 'tasks: required a list');
  if (tasks.length === 0) return broken('V001', 'tasks: required one at least');
  return judgeTasks(tasks);
}

function judgeTasks(entries: readonly unknown[]): JudgedManifest {
  const tasks = new Map<string, string>();
  const violations: Violation[] = [];
  let previous = '';
  for (const [at, entry] of entries.entries()) {
    const id = isMembers(entry) ? memberOf(entry, 'task_id') : undefined;
    const title = isMembers(entry) ? memberOf(entry, 'task_title') : undefined;
    const faults = entryFaults(id, title, previous);
    violations.push(...faults.map((says) => violation('V002', `task ${at + 1}: ${says}`)));
    if (typeof id !== 'string' || !TASK_ID.test(id)) continue;
    previous = id > previous ? id : previous;
    if (typeof title === 'string') tasks.set(id, title);
  }
  return { tasks, violations };
}

function entryFaults(id: unknown, title: unknown, previous: string): readonly string[] {
  const isId = typeof id === 'string' && TASK_ID.test(id);
  return [
    ...(isId ? [] : [`task_id: required LR-NNN, found ${shown(id)}`]),
    ...(isId && id === previous ? [`${id} is there twice`] : []),
    ...(isId && id < previous ? [`${id} stands behind ${previous}`] : []),
    ...titleFaults(title),
  ];
}

function titleFaults(title: unknown): readonly string[] {
  if (typeof title !== 'string' || title.trim() === '') return ['task_title: required a text'];
  const chars = Array.from(title).length;
  return chars > TITLE_CHARS_MAX
    ? [`task_title: required at most ${TITLE_CHARS_MAX} characters, found ${chars}`]
    : [];
}

/** Short, whatever it is. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function violation(rule: Violation['rule'], says: string): Violation {
  return { rule, taskId: null, file: MANIFEST_NAME, says };
}

function broken(rule: Violation['rule'], says: string): JudgedManifest {
  return { tasks: new Map(), violations: [violation(rule, says)] };
}

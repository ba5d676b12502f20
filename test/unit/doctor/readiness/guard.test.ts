import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { BLOCKED_CODES } from '../../../../src/doctor/readiness/blocked-codes.js';
import {
  guardStates,
  mayBeState,
  type GuardResult,
} from '../../../../src/doctor/readiness/guard.js';
import {
  GUARD_RULES,
  type FileReading,
  type GuardRule,
} from '../../../../src/doctor/readiness/guard-rules.js';
import { BLOCKED, doneState } from './ready-world.js';

interface Folder {
  manifest: unknown;
  /** By file name; a text as it is, anything else as YAML. */
  states: Record<string, unknown>;
}

const TASKS = ['LR-001', 'LR-002'].map((id) => ({ task_id: id, task_title: `title of ${id}` }));

function valid(): Folder {
  return {
    manifest: { spec_version: '1.0', tasks: TASKS },
    states: {
      'LR-001-STATE.yaml': doneState('LR-001'),
      'LR-002-STATE.yaml': doneState('LR-002', BLOCKED),
    },
  };
}

function reading(content: unknown): FileReading {
  if (content === undefined) return { state: 'missing' };
  return { state: 'text', text: typeof content === 'string' ? content : stringify(content) };
}

function guard({ manifest, states }: Folder): GuardResult {
  return guardStates({
    manifest: reading(manifest),
    states: new Map(Object.entries(states).map(([name, content]) => [name, reading(content)])),
    evidenceFault: (path) => (path.startsWith('evidence/LR-') ? null : 'does not exist'),
  });
}

const tasks = (...list: readonly unknown[]) => ({ spec_version: '1.0', tasks: list });
const [FIRST, SECOND] = TASKS;
const state = (change: Readonly<Record<string, unknown>>) => (folder: Folder) => {
  folder.states['LR-001-STATE.yaml'] = { ...doneState('LR-001'), ...change };
};
const blocked = (change: Readonly<Record<string, unknown>>) => state({ ...BLOCKED, ...change });

type Break = readonly [rule: GuardRule, how: string, change: (folder: Folder) => void];

const BREAKS: readonly Break[] = [
  ['V000', 'no manifest', (folder) => (folder.manifest = undefined)],
  ['V001', 'a manifest that is no YAML', (folder) => (folder.manifest = 'tasks: [')],
  ['V001', 'a manifest that is a list', (folder) => (folder.manifest = '- a')],
  ['V001', 'another version', (folder) => (folder.manifest = { spec_version: 1, tasks: TASKS })],
  ['V001', 'no tasks', (folder) => (folder.manifest = { spec_version: '1.0' })],
  ['V001', 'an empty list of tasks', (folder) => (folder.manifest = tasks())],
  ['V002', 'descending ids', (folder) => (folder.manifest = tasks(SECOND, FIRST))],
  ['V002', 'an id twice', (folder) => (folder.manifest = tasks(FIRST, FIRST, SECOND))],
  [
    'V002',
    'an id of another form',
    (folder) => (folder.manifest = tasks(FIRST, SECOND, { task_id: 'LR-3', task_title: 't' })),
  ],
  [
    'V002',
    'a title of 201 characters',
    (folder) => {
      const task_title = 'x'.repeat(201);
      folder.manifest = tasks({ task_id: 'LR-001', task_title }, SECOND);
      folder.states['LR-001-STATE.yaml'] = { ...doneState('LR-001'), task_title };
    },
  ],
  ['V002', 'an entry that is no mapping', (folder) => (folder.manifest = tasks(FIRST, SECOND, 7))],
  ['V003', 'a task without a state', (folder) => delete folder.states['LR-001-STATE.yaml']],
  [
    'V004',
    'a state without a task',
    (folder) => (folder.states['LR-009-STATE.yaml'] = doneState('LR-009')),
  ],
  [
    'V004',
    'a name that nobody reads',
    (folder) => (folder.states['LR-1-STATE.yaml'] = doneState('LR-001')),
  ],
  [
    'V005',
    'two states of a task',
    (folder) => (folder.states['LR-001-STATE.yml'] = doneState('LR-001')),
  ],
  ['V006', 'a state of another version', state({ spec_version: '1.1' })],
  ['V006', 'a state that is no YAML', (folder) => (folder.states['LR-001-STATE.yaml'] = '{')],
  ['V006', 'a state that is a text', (folder) => (folder.states['LR-001-STATE.yaml'] = 'done')],
  ['V007', 'the id of another task', state({ task_id: 'LR-002' })],
  ['V008', 'another title', state({ task_title: 'title' })],
  ['V009', 'a status of its own', state({ status: 'IMPLEMENTED' })],
  ['V009', 'no status', state({ status: null })],
  ['V010', 'DONE by nobody', state({ completion_author: ' ' })],
  ['V010', 'DONE at no time', state({ completion_timestamp: null })],
  ['V010', 'DONE and blocked', state({ blocked_reason_text: 'why' })],
  ['V011', 'BLOCKED without a reason', blocked({ blocked_reason_text: null })],
  ['V011', 'BLOCKED without a code', blocked({ blocked_reason_code: '' })],
  ['V011', 'BLOCKED and completed', blocked({ completion_author: 'ann' })],
  ['V012', 'a time without a zone', state({ completion_timestamp: '2026-02-09T15:30:00' })],
  ['V012', 'a time of another zone', state({ completion_timestamp: '2026-02-09T15:30:00+01:00' })],
  ['V012', 'a day that is none', blocked({ blocked_since: '2026-02-30T00:00:00Z' })],
  ['V012', 'a date alone', blocked({ blocked_since: '2026-02-01' })],
  ['V013', 'a code that is in no taxonomy', blocked({ blocked_reason_code: 'RC_B203' })],
  ['V013', 'a code of the language', blocked({ blocked_reason_code: 'constructor' })],
  ['V014', 'no evidence file', state({ evidence_file: null })],
  ['V014', 'one that is not there', state({ evidence_file: 'evidence/none.md' })],
  ['V014', 'an absolute path', state({ evidence_file: '/evidence/LR-001.md' })],
  ['V014', 'a path that climbs', state({ evidence_file: 'evidence/LR-/../../etc/passwd' })],
  ['V015', 'no commit', state({ evidence_commit: null })],
  ['V015', 'a commit of 6 digits', state({ evidence_commit: 'abcdef' })],
  ['V015', 'a commit of 41 digits', state({ evidence_commit: 'a'.repeat(41) })],
  ['V015', 'a commit that YAML reads as a number', state({ evidence_commit: 1_234_567 })],
];

describe('guardStates', () => {
  it('finds nothing in a folder that keeps every rule', () => {
    const result = guard(valid());
    expect(result).toMatchObject({ verdict: 'VALID', violations: [] });
    expect(result.states.get('LR-001')).toMatchObject({ status: 'DONE', author: 'ann' });
    expect(result.states.get('LR-002')).toMatchObject({ status: 'BLOCKED', code: 'RC_B200' });
  });

  it.each(BREAKS)('%s: %s', (rule, _, change) => {
    const folder = valid();
    change(folder);
    const { verdict, violations } = guard(folder);
    expect(violations.map((one) => one.rule)).toContain(rule);
    // A manifest that can't be read has no tasks, so each state is an orphan too.
    const others = violations.filter((one) => one.rule !== rule && one.rule !== 'V004');
    expect(others).toEqual([]);
    expect(verdict).toBe(rule === 'V000' ? 'CONFIGURATION ERROR' : 'VIOLATION');
  });

  it('breaks each rule once at least above', () => {
    expect(new Set(BREAKS.map(([rule]) => rule))).toEqual(new Set(Object.keys(GUARD_RULES)));
  });

  it('accepts the limits themselves, and members that it does not know', () => {
    const folder = valid();
    const task_title = 'x'.repeat(200);
    folder.manifest = { ...tasks({ task_id: 'LR-001', task_title, phase: 1 }, SECOND), more: 1 };
    const evidence_commit = 'A'.repeat(40);
    folder.states['LR-001-STATE.yaml'] = {
      ...doneState('LR-001', { evidence_commit }),
      task_title,
      tier: 1,
    };
    expect(guard(folder).violations).toEqual([]);
    folder.states['LR-002-STATE.yaml'] = JSON.stringify(
      doneState('LR-002', { evidence_commit: 'abcdef0' }),
    );
    expect(guard(folder).verdict).toBe('VALID');
  });

  it.each(Object.keys(BLOCKED_CODES))('knows %s', (code) => {
    const folder = valid();
    blocked({ blocked_reason_code: code })(folder);
    expect(guard(folder).verdict).toBe('VALID');
    expect(Object.keys(BLOCKED_CODES)).toHaveLength(15);
  });

  it.each([
    ['{'.repeat(5_000)],
    ['? '.repeat(5_000)],
    ['{"}" '.repeat(400)],
    ['a: &a [x]\n' + 'b: *a\n'.repeat(2_000)],
    ['x: y\n'.repeat(100_000)],
  ])('gives up soon on what would keep a parser busy: %#', (text) => {
    const folder = valid();
    folder.states['LR-001-STATE.yaml'] = text;
    expect(guard(folder).violations.map(({ rule }) => rule)).toEqual(['V006']);
  });

  it('has a verdict for whatever somebody wrote, and never a valid one for half of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const name of ['manifest', 'state'] as const) {
          const folder = valid();
          if (name === 'manifest') folder.manifest = text;
          else folder.states['LR-001-STATE.yaml'] = text;
          expect(guard(folder).verdict).toBe('VIOLATION');
        }
      }),
    );
  });
});

describe('mayBeState', () => {
  it.each([
    ['LR-001-STATE.yaml', true],
    ['lr-1-state.txt', true],
    ['LR-TASKS.yaml', false],
    ['LR-020-EVIDENCE.md', false],
    ['README.md', false],
  ])('%s: %s', (name, may) => {
    expect(mayBeState(name)).toBe(may);
  });
});

import { parse } from 'yaml';
import { describe, expect, it, test } from 'vitest';
import { withOpening, withoutScope } from '../../../../src/adapters/gate/gate-edit.js';
import { parseGate, readGateText } from '../../../../src/adapters/gate/gate-text.js';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { opening } from '../../../../src/engine/control/delivery-gate.js';
import { GATES, gateFixture } from '../../../fixtures/gate/read-gates.js';

const AT = Date.UTC(2026, 1, 9, 15, 45);
const MIN = 60_000;
const CHANGE = { atMs: AT + 7 * MIN, by: 'ops', reason: 'used' };

function openingOf(scope: string, minutes = 30) {
  const told = { scope, approvedBy: 'owner: "J"', approvedAtMs: AT, reason: '#1 - it: is due' };
  return opening(nodeHash, { ...told, expiresAtMs: AT + minutes * MIN });
}

const OURS = ['approved', 'approved_by', 'approved_at', 'reason', 'openings'];

function parsed(text: string): Record<string, unknown> {
  return parse(text) as Record<string, unknown>;
}

function stated(text: string) {
  const gate = parseGate(text);
  if (!gate.ok) throw new Error(gate.why);
  return gate.stated;
}

test.each(GATES)('%s: opening and closing keeps all that is not ours', (name) => {
  const before = gateFixture(name);
  const open = withOpening(before, openingOf('migrations'))!;
  expect(stated(open)).toMatchObject({ approved: true, approvedBy: 'owner: "J"' });
  expect(stated(open).openings).toEqual([
    {
      scope: 'migrations',
      approvedBy: 'owner: "J"',
      approvedAt: '2026-02-09T15:45:00.000Z',
      expiresAt: '2026-02-09T16:15:00.000Z',
      reason: '#1 - it: is due',
    },
  ]);
  const closed = withoutScope(open, 'migrations', CHANGE)!;
  expect(stated(closed)).toMatchObject({ approved: false, approvedBy: 'owner: "J"', openings: [] });
  const strip = (text: string) => {
    const root = parsed(text);
    const unknown = Object.entries(root['delivery'] as object).filter(
      ([key]) => !OURS.includes(key),
    );
    const history = (root['history'] as unknown[] | undefined)?.slice(0, 2);
    return JSON.stringify([{ ...root, delivery: unknown, history }]);
  };
  if (name !== 'working-repo-closed') expect(strip(closed)).toBe(strip(before));
  for (const comment of before.match(/#.*/g) ?? []) expect(closed).toContain(comment);
});

test('in the docs-hub form one word is changed to close it', () => {
  const before = gateFixture('docs-hub');
  expect(withoutScope(before, 'migrations', CHANGE)).toBe(
    before.replace('approved: true', 'approved: false'),
  );
});

test('the working-repo form gets a line of history for each change, in its own form', () => {
  const before = gateFixture('working-repo-closed');
  const open = withOpening(before, openingOf('migrations'))!;
  expect(open.startsWith('# DELIVERY_APPROVED.yaml\ndelivery:\n')).toBe(true);
  expect(open).toContain('exceptions:\n    labels:\n    - docs-only\n');
  expect(open).toContain('x-local: &anchor\n    keep: me\nx-also: *anchor\n');
  const closed = withoutScope(open, 'migrations', CHANGE)!;
  expect((parsed(closed)['history'] as unknown[]).slice(1)).toEqual([
    {
      date: '2026-02-09T15:45:00.000Z',
      action: 'opened migrations',
      by: 'owner: "J"',
      reason: '#1 - it: is due',
    },
    { date: '2026-02-09T15:52:00.000Z', action: 'closed migrations', by: 'ops', reason: 'used' },
  ]);
  expect(gateFixture('docs-hub')).not.toContain('history');
  expect(withOpening(gateFixture('docs-hub'), openingOf('live'))).not.toContain('history');
});

test('a file that does not exist is made, and closed says nothing of an opening any more', () => {
  const open = withOpening(null, openingOf('live'))!;
  expect(stated(open)).toMatchObject({ form: 'working-repo', approved: true });
  const closed = withoutScope(open, 'live', CHANGE)!;
  expect(stated(closed)).toMatchObject({ approved: false, openings: [] });
});

test('other scopes stay open, expired ones go with the next change', () => {
  const two = withOpening(withOpening(null, openingOf('live', 5)), openingOf('config'))!;
  const three = withOpening(two, openingOf('migrations'))!;
  const closed = withoutScope(three, 'migrations', CHANGE)!;
  expect(stated(closed).openings.map(({ scope }) => scope)).toEqual(['config']);
  expect(stated(closed).approved).toBe(true);
  expect(stated(withoutScope(closed, 'config', CHANGE)!).approved).toBe(false);
});

describe('what somebody wrote beside an opening', () => {
  const hand = `delivery:
  approved: true # by hand
  openings:
    # asked for by finance
    - scope: migrations # the big one
      approved_by: owner
    - {scope: live, approved_by: x} # half
`;

  it('outlives the opening', () => {
    const closed = withoutScope(hand, 'migrations', CHANGE)!;
    expect(stated(closed).approved).toBe(false);
    for (const comment of ['# by hand', '# asked for by finance', '# half']) {
      expect(closed).toContain(comment);
    }
  });

  it('keeps Windows line ends', () => {
    const crlf = gateFixture('docs-hub').replaceAll('\n', '\r\n');
    expect(withoutScope(crlf, 'live', CHANGE)).toBe(
      crlf.replace('approved: true', 'approved: false'),
    );
    expect(withOpening(crlf, openingOf('live'))).not.toMatch(/[^\r]\n/);
  });
});

test.each([
  ['nothing', ''],
  ['no YAML', 'delivery: [approved'],
  ['tabs', 'delivery:\n\tapproved: true\n'],
  ['a word', 'approved'],
  ['no delivery', 'approved: true\n'],
  ['delivery as text', 'delivery: true\n'],
  ['a key twice', 'delivery:\n  approved: false\n  approved: true\n'],
  ['delivery twice', 'delivery: {approved: false}\ndelivery: {approved: true}\n'],
  ['two documents', 'delivery: {approved: true}\n---\ndelivery: {approved: false}\n'],
  ['an old version', '%YAML 1.1\n---\ndelivery: {approved: yes}\n'],
  ['openings as a map', 'delivery: {approved: true, openings: {scope: live}}\n'],
  ['openings elsewhere', 'x: &o []\ndelivery: {approved: true, openings: *o}\n'],
  ['an alias to nothing', 'delivery: {approved: *none}\n'],
  ['too much', `delivery: {approved: true}\n# ${'x'.repeat(300_000)}\n`],
  ['too many openings', `delivery: {openings: [${'{scope: a},'.repeat(101)}]}\n`],
])('a file with %s is not understood, and not changed', (_, text) => {
  expect(readGateText(text)).toMatchObject({ state: 'unreadable' });
  expect(withOpening(text, openingOf('live'))).toBeNull();
  expect(withoutScope(text, 'live', CHANGE)).toBeNull();
});

test.each([
  ['yes', null],
  ['"true"', null],
  ['on', null],
  ['1', null],
  ['', null],
  ['~', null],
  ['True', true],
  ['FALSE', false],
])('approved: %s is read as %j', (word, approved) => {
  expect(stated(`delivery:\n  approved: ${word}\n`).approved).toBe(approved);
});

test('closing changes one word where the rest could not be kept', () => {
  const anchored = `delivery:
  approved: true
  openings:
    - &o {scope: live, approved_by: x}
x-copy: *o
`;
  expect(withOpening(anchored, openingOf('config'))).not.toBeNull();
  expect(withOpening(anchored, openingOf('live'))).toBeNull();
  expect(withoutScope(anchored, 'live', CHANGE)).toBe(
    anchored.replace('approved: true', 'approved: false'),
  );
});

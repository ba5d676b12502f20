import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it, test } from 'vitest';
import { withOpening, withoutScope } from '../../../../src/adapters/gate/gate-edit.js';
import { readGateText } from '../../../../src/adapters/gate/gate-text.js';
import { nodeHash } from '../../../../src/adapters/node-hash.js';
import {
  judgeScope,
  opening,
  OPEN_MS_MAX,
  type GateCopy,
  type GateMoment,
  type GateVerdict,
} from '../../../../src/engine/control/delivery-gate.js';
import { GATES, gateFixture } from '../../../fixtures/gate/read-gates.js';

const NOW = Date.UTC(2026, 1, 9, 15, 50);
const MIN = 60_000;
const MOMENT: GateMoment = {
  nowMs: NOW,
  newestEntryAtMs: NOW - 1,
  endedIds: new Set(),
  ledgerFault: null,
};
const MEMBERS = ['scope', 'approved_by', 'approved_at', 'expires_at', 'reason'] as const;
const OPENING = opening(nodeHash, {
  scope: 'migrations',
  approvedBy: 'owner',
  approvedAtMs: NOW - 5 * MIN,
  expiresAtMs: NOW + 10 * MIN,
  reason: 'risk_events is missing',
});
const OPEN = withOpening(null, OPENING)!;

function copy(working: string | null, committed: string | null = working, file = 'a'): GateCopy {
  const read = (text: string | null) =>
    text === null ? { state: 'absent' as const } : readGateText(text);
  return {
    file,
    working: read(working),
    committed: { state: 'committed', commit: 'c0ffee', reading: read(committed) },
  };
}

function judge(copies: readonly GateCopy[], moment: Partial<GateMoment> = {}): GateVerdict {
  return judgeScope(nodeHash, 'migrations', copies, { ...MOMENT, ...moment });
}

function why(copies: readonly GateCopy[], moment: Partial<GateMoment> = {}): string {
  const verdict = judge(copies, moment);
  return verdict.open ? 'open' : verdict.why;
}

function opened(members: Readonly<Record<string, unknown>>): string {
  const item = Object.entries(members).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `delivery:\n  approved: true\n  approved_by: x\n  openings:\n    - {${item.join(', ')}}\n`;
}

const COMPLETE = {
  scope: 'migrations',
  approved_by: 'owner',
  approved_at: '2026-02-09T15:45:00Z',
  expires_at: '2026-02-09T16:00:00Z',
  reason: 'why',
};

describe('a scope is open', () => {
  it('where all copies and their commits have the same live opening', () => {
    expect(judge([copy(OPEN)])).toEqual({ open: true, opening: OPENING, commits: ['c0ffee'] });
    expect(judge([copy(OPEN), copy(OPEN)])).toMatchObject({ open: true });
    expect(judge([copy(opened(COMPLETE))])).toMatchObject({ open: true });
  });

  it('for no other scope', () => {
    const verdict = judgeScope(nodeHash, 'live', [copy(OPEN)], MOMENT);
    expect(verdict).toEqual({ open: false, why: 'a has no opening of this scope' });
  });
});

describe('a scope is closed', () => {
  test.each(GATES)('by %s of the founding incident', (name) => {
    expect(judge([copy(gateFixture(name))]).open).toBe(false);
  });

  it.each([
    ['without a file', [copy(null)], 'a does not exist'],
    ['without any place', [], 'no file is named'],
    [
      'by false in the working copy',
      [copy(OPEN.replace('true', 'false'), OPEN)],
      'approved: false',
    ],
    ['by false in the commit', [copy(OPEN, OPEN.replace('true', 'false'))], 'is not committed'],
    ['where it is not committed yet', [copy(OPEN, null)], 'is not committed'],
    [
      'where another reason is committed',
      [copy(OPEN, OPEN.replace('missing', 'x'))],
      'not committed',
    ],
    ['by a second copy that is missing', [copy(OPEN), copy(null, null, 'b')], 'b does not exist'],
    ['by a damaged file', [copy('delivery: [')], 'a counts as closed: it is no YAML'],
  ])('%s', (_, copies, words) => {
    expect(why(copies)).toContain(words);
  });

  it('where two copies have different openings', () => {
    const other = withOpening(null, opening(nodeHash, { ...OPENING, approvedBy: 'somebody' }))!;
    expect(why([copy(OPEN), copy(other, other, 'b')])).toBe(
      'the copies do not have the same opening',
    );
  });

  it('where nothing is committed at all', () => {
    const committed = { state: 'not-committed' as const, why: 'there is no git' };
    expect(why([{ ...copy(OPEN), committed }])).toBe(
      'the opening in a is not committed: there is no git',
    );
  });

  it('before its time, at its end, and where the clock went backwards', () => {
    const at = (nowMs: number, more: Partial<GateMoment> = {}) =>
      why([copy(OPEN)], { nowMs, ...more });
    expect(at(OPENING.expiresAtMs - 1)).toBe('open');
    expect(at(OPENING.expiresAtMs)).toContain('has expired');
    expect(at(OPENING.approvedAtMs - 60_000)).toContain('a clock is wrong');
    expect(at(NOW, { newestEntryAtMs: NOW + 60_000 })).toContain('the clock went backwards');
  });

  it('once it was used or closed, and where nobody can tell', () => {
    expect(why([copy(OPEN)], { endedIds: new Set([OPENING.id]) })).toContain(
      'used or closed already',
    );
    expect(why([copy(OPEN)], { ledgerFault: 'entry 3 is damaged' })).toBe('entry 3 is damaged');
  });

  it('by an opening that has no end within 24 h', () => {
    const long = { ...OPENING, expiresAtMs: OPENING.approvedAtMs + OPEN_MS_MAX + 1 };
    const text = withOpening(null, { ...OPENING })!.replace(
      new Date(OPENING.expiresAtMs).toISOString(),
      new Date(long.expiresAtMs).toISOString(),
    );
    expect(why([copy(text)])).toContain('expires_at (at most 24 h');
  });
});

/** What stands for "not there": absent, or of no use. */
const useless = fc.oneof(
  fc.constantFrom(undefined, null, '', ' ', '\t', '-', '?', 'TBD', 'none', 'null', 'n/a', true, 0),
  fc.constantFrom([], ['owner'], {}, 'x'.repeat(501), '\u200b'),
);
const noTime = fc.oneof(
  useless,
  fc.constantFrom('soon', '2026-02-09', '2026-02-09T15:45:00', '2026-02-30T15:45:00Z', 1770651900),
);

test('no opening that lacks a scope, an approver, a time, an end or a reason is ever open', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MEMBERS), useless, noTime, (name, text, time) => {
      const value = name.endsWith('_at') ? time : text;
      const members = new Map<string, unknown>(Object.entries({ ...COMPLETE, [name]: value }));
      if (value === undefined) members.delete(name);
      const lacking = opened(Object.fromEntries(members));
      expect(judge([copy(lacking)]).open).toBe(false);
    }),
  );
});

const hasWords = (value: unknown) => typeof value === 'string' && /[\p{L}\p{N}]/u.test(value);

/** Told by somebody who reads the same text in the plainest way. */
function isComplete(text: string): boolean {
  return parseAllDocuments(text).some((document) => {
    if ('errors' in document && document.errors.length > 0) return false;
    const found: unknown = document.toJS();
    const delivery = (found as { delivery?: Record<string, unknown> } | null)?.delivery;
    const list = delivery?.['approved'] === true ? delivery['openings'] : [];
    return (
      Array.isArray(list) &&
      list.some(
        (one: Record<string, unknown> | null) =>
          one?.['scope'] === 'migrations' &&
          hasWords(one['approved_by']) &&
          hasWords(one['reason']) &&
          Date.parse(String(one['approved_at'])) <= NOW + 5_000 &&
          Date.parse(String(one['expires_at'])) > NOW,
      )
    );
  });
}

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '\n',
    ' ',
    '\t',
    ':',
    '- ',
    '#',
    '"',
    '{',
    '}',
    '[',
    '&a ',
    '*a',
    '!!str ',
    '|\n',
  ),
  fc.constantFrom('---\n', '...\n', '%YAML 1.1\n', 'approved: true\n', '<<: ', '\ufeff', '\r', '~'),
);
const mutations = fc.array(
  fc.record({ at: fc.nat(), gone: fc.integer({ min: 0, max: 30 }), put: noise }),
  { minLength: 1, maxLength: 5 },
);

function mutated(text: string, list: readonly { at: number; gone: number; put: string }[]): string {
  return list.reduce((now, { at, gone, put }) => {
    const place = at % (now.length + 1);
    return now.slice(0, place) + put + now.slice(place + gone);
  }, text);
}

test('no damaged text is open unless it still says all of it', () => {
  const texts = [OPEN, opened(COMPLETE), withOpening(gateFixture('docs-hub'), OPENING)!];
  fc.assert(
    fc.property(fc.constantFrom(...texts), mutations, (text, list) => {
      const now = mutated(text, list);
      if (judge([copy(now)]).open) expect(isComplete(now)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('no text that came from nowhere is open, and none is changed that is not understood', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(noise)), (drawn) => {
      const text = Array.isArray(drawn) ? drawn.join('') : drawn;
      expect(judge([copy(text)]).open).toBe(false);
      if (readGateText(text).state === 'unreadable') expect(withOpening(text, OPENING)).toBeNull();
    }),
  );
});

test('what is closed is closed, however the text was damaged before', () => {
  fc.assert(
    fc.property(mutations, (list) => {
      const now = mutated(OPEN, list);
      const change = { atMs: NOW, by: 'ops', reason: 'used' };
      const closed = withoutScope(now, 'migrations', change);
      if (closed === null) expect(judge([copy(now)]).open).toBe(false);
      else expect(judge([copy(closed)]).open).toBe(false);
    }),
    { numRuns: 150 },
  );
});

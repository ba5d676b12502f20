import { describe, expect, it } from 'vitest';
import type { Board, LinkRow } from '../../../../src/view/board/board.js';
import { changes, EventFeed, watchedOf } from '../../../../src/view/board/event-feed.js';
import type { Section } from '../../../../src/view/board/section.js';

const event = (text: string, atMs = 0) => ({ atMs, from: 'risk', text, isBad: false });
const LINK: LinkRow = { name: 'engine', state: 'up', latencyMs: 1, sinceMs: 0, why: '' };

function section<T>(value: T): Section<T> {
  return { source: 'engine', value, asOfMs: 1, everyMs: 500, down: null };
}

/** Only what events are made of. */
function board(parts: {
  readonly level?: string | null;
  readonly mode?: string;
  readonly state?: string;
  readonly verdict?: string;
  readonly open?: readonly string[];
  readonly links?: readonly LinkRow[];
}): Board {
  const { level = 'TRADING', mode = 'paper', state = 'running', verdict = 'PASS' } = parts;
  const gates = (parts.open ?? []).map((scope) => ({ scope, until: 9, by: 'a', reason: '' }));
  return {
    atMs: 77,
    links: parts.links ?? [LINK],
    control: section(level === null ? null : { level, mode, reason: 'manual' }),
    stages: section({ word: 'EFFECTS FLOW', engines: [{ state }] }),
    doctor: section({ verdict, finishedAtMs: verdict.length }),
    permissions: section({ gates, canary: [], readiness: null }),
  } as unknown as Board;
}

describe('EventFeed', () => {
  it('makes the same again within a minute one row with a count', () => {
    const feed = new EventFeed();
    feed.add(event('blocked', 1_000));
    feed.add(event('other', 2_000));
    feed.add(event('blocked', 60_000));
    expect(feed.rows.map(({ text, count, atMs }) => [text, count, atMs])).toEqual([
      ['blocked', 2, 60_000],
      ['other', 1, 2_000],
    ]);
    feed.add(event('blocked', 120_001));
    expect(feed.rows.map(({ count }) => count)).toEqual([1, 2, 1]);
  });

  it('puts what is told late where it belongs', () => {
    const feed = new EventFeed();
    for (const atMs of [3_000, 1_000, 2_000]) feed.add(event(`at ${atMs}`, atMs));
    expect(feed.rows.map(({ atMs }) => atMs)).toEqual([3_000, 2_000, 1_000]);
  });

  it('keeps at most 200, newest first, each with a number of its own', () => {
    const feed = new EventFeed();
    for (let at = 0; at < 500; at += 1) feed.add(event(`event ${at}`, at));
    expect(feed.rows).toHaveLength(200);
    expect(feed.rows[0]?.text).toBe('event 499');
    expect(new Set(feed.rows.map(({ seq }) => seq)).size).toBe(200);
  });
});

describe('changes', () => {
  const of = (before: Board, now: Board) =>
    changes(watchedOf(before), now).map(({ text, isBad }) => [text, isBad]);

  it('are of level, mode, phase, doctor, gates and links', () => {
    expect(of(board({}), board({}))).toEqual([]);
    expect(of(board({}), board({ level: 'HALTED' }))).toEqual([
      ['level TRADING -> HALTED (manual)', true],
    ]);
    expect(of(board({}), board({ mode: 'shadow' }))).toEqual([['mode paper -> shadow', false]]);
    expect(of(board({}), board({ state: 'not running' }))).toEqual([
      ['engine is not running', true],
    ]);
    expect(of(board({}), board({ verdict: 'FAIL!' }))).toEqual([['doctor finished: FAIL!', false]]);
    expect(of(board({ open: ['live'] }), board({ open: ['migrations'] }))).toEqual([
      ['gate migrations is open', false],
      ['gate live is closed', false],
    ]);
    const down = { ...LINK, state: 'down', why: 'refused' } as const;
    expect(of(board({}), board({ links: [down] }))).toEqual([['engine is down: refused', true]]);
    expect(of(board({ links: [down] }), board({}))).toEqual([['engine is up', false]]);
  });

  it('are none where nothing was known before', () => {
    expect(of(board({ level: null }), board({}))).toEqual([]);
    expect(of(board({ links: [{ ...LINK, state: 'not asked' }] }), board({}))).toEqual([]);
  });
});

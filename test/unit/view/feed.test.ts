import { describe, expect, it } from 'vitest';
import { statusText } from '../../../src/commands/status-text.js';
import type { FeedHealth } from '../../../src/engine/ports/feed.js';
import { judgeFeed } from '../../../src/view/feed-effect.js';
import { feedNotes } from '../../../src/view/feed-view.js';
import { systemView } from '../../../src/view/system-view.js';
import {
  fakeEngineStatus,
  fakeFeedHealth,
  liveFeedOf,
  NOW_MS,
} from '../../fakes/fake-engine-status.js';

type Symbols = FeedHealth['symbols'];

const symbol = (
  state: Symbols[number]['state'],
  agoMs: number | null,
  downMs = agoMs ?? 600_000,
): Symbols[number] => ({
  symbol: `${state.toUpperCase()}USDT`,
  state,
  why: state === 'live' ? '' : `why ${state}`,
  lastDataAtMs: agoMs === null ? null : NOW_MS - agoMs,
  downSinceMs: state === 'down' ? NOW_MS - downMs : null,
});

const judged = (symbols: Symbols) => judgeFeed(fakeEngineStatus({ feed: liveFeedOf({ symbols }) }));

describe('the verdict on a live feed', () => {
  it.each<[string, Symbols, string, RegExp]>([
    ['a live symbol', [symbol('live', 100)], 'OK', /1 of 1 symbols live/],
    ['a quiet market', [symbol('quiet', 20_000)], 'IDLE', /the connections are well/],
    ['a market never heard of', [symbol('quiet', null)], 'UNKNOWN', /nothing came yet/],
    ['a silent market', [symbol('stale', 40_000)], 'STALLED', /STALEUSDT STALE: why stale/],
    [
      'one silent market of two',
      [symbol('live', 100), symbol('stale', 40_000)],
      'OK',
      /1 of 2 symbols live/,
    ],
    [
      'one symbol down of two',
      [symbol('live', 100), symbol('down', 9_000)],
      'STALLED',
      /^DOWNUSDT DOWN: why down, last data 9\.0 s ago$/,
    ],
    ['a reconnection', [symbol('down', 1_000)], 'UNKNOWN', /connecting/],
    ['the first seconds', [symbol('down', null, 5_000)], 'UNKNOWN', /connecting/],
    ['a quiet market between two', [symbol('down', 70_000, 300)], 'UNKNOWN', /connecting/],
    ['one of no data', [symbol('down', null, 9_000)], 'UNKNOWN', /connecting/],
    ['no data ever', [symbol('down', null)], 'STALLED', /no data since the start/],
    ['a refusal', [symbol('live', 9), symbol('rejected', null)], 'STALLED', /REJECTED/],
  ])('%s', (_, symbols, word, reason) => {
    const verdict = judged(symbols);
    expect(verdict.word).toBe(word);
    expect(verdict.reason).toMatch(reason);
  });
});

describe('what is worth knowing of a live feed', () => {
  it('is nothing when all is well', () => {
    expect(feedNotes(fakeFeedHealth())).toEqual([]);
  });

  it.each([
    [2_001, 'behind'],
    [-2_001, 'ahead of'],
  ])('names a clock that is off by %i ms', (offsetMs, side) => {
    const clock = { offsetMs, errorMs: 20, confidence: 'good', samples: 9 } as const;
    expect(feedNotes(fakeFeedHealth({ clock })).join()).toContain(
      `clock is 2001 ms ${side} the venue`,
    );
    const near = { ...clock, offsetMs: offsetMs - Math.sign(offsetMs) };
    expect(feedNotes(fakeFeedHealth({ clock: near }))).toEqual([]);
  });

  it('names symbols that bring nothing', () => {
    const symbols = [symbol('stale', 40_000), symbol('rejected', null), symbol('quiet', 12_000)];
    expect(feedNotes(fakeFeedHealth({ symbols }))).toEqual([
      'feed STALEUSDT is stale: why stale',
      'feed REJECTEDUSDT is rejected: why rejected',
    ]);
  });
});

describe('the feed on the screen', () => {
  it('shows each symbol with its age, the connections, the counts and the clock', () => {
    const symbols = [symbol('live', 300), symbol('down', null)];
    const status = fakeEngineStatus({ feed: liveFeedOf({ symbols }) });
    const text = statusText(systemView(status), NOW_MS);
    expect(text).toMatch(/LIVEUSDT +live, last data 0\.3 s ago/);
    expect(text).toMatch(/DOWNUSDT +down, why down, no data/);
    expect(text).toMatch(/connection +1 live since .*, 1 symbols/);
    expect(text).toMatch(/received +frames 1200/);
    expect(text).toMatch(
      /venue clock +confidence good: -38 ms ahead of ours {2}error at most 20 ms/,
    );
  });

  it('shows nothing of that for a file', () => {
    const feed = { identity: 'f', description: 'f', finite: true, health: null };
    const text = statusText(systemView(fakeEngineStatus({ feed })), NOW_MS);
    expect(text).not.toContain('venue clock');
  });
});

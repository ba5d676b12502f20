import { describe, expect, it } from 'vitest';
import { TradeTap } from '../../../../src/adapters/live-feed/trade-tap.js';
import type { StreamMessage } from '../../../../src/adapters/live-feed/venue-stream.js';

const T0 = 1_700_000_000_000;
const MEXC = { venue: 'mexc', contiguousTradeIds: false };

function tradesAt(tsMs: number, sentAtMs: number | null = tsMs): StreamMessage {
  const trade = { price: '1', qty: '1', side: 'buy', tradeId: String(tsMs), tsMs } as const;
  return { kind: 'trades', symbol: 'A', sentAtMs, trades: [trade] };
}

/** A tap with one open connection, and what it says. */
function bench() {
  const tap = new TradeTap(MEXC, ['A']);
  const begun = tap.take({ kind: 'begun', symbols: ['A'] }, T0);
  tap.take({ kind: 'opened', connection: 1, symbols: ['A'] }, T0);
  const hear = (message: StreamMessage, atMs: number) =>
    tap.take({ kind: 'message', connection: 1, message }, atMs);
  return { tap, begun, hear };
}

describe('the tap of a feed', () => {
  it('lets no time pass by the word of one frame', () => {
    const { tap, hear } = bench();
    hear(tradesAt(4_070_908_800_000), T0);
    expect(tap.take({ kind: 'tick' }, T0 + 500)).toEqual([]);
    for (let i = 0; i < 10; i += 1) hear(tradesAt(T0 + i), T0 + i);
    expect(tap.take({ kind: 'tick' }, T0 + 1_000)).toEqual([
      { kind: 'TimerElapsed', atMs: T0 + 1_000 },
    ]);
  });

  it('says at once that nothing is known yet: a window of before may be open', () => {
    const { begun, hear } = bench();
    expect(begun).toEqual([{ kind: 'FeedLost', symbol: 'A', reason: 'start', atMs: T0 }]);
    expect(hear(tradesAt(T0), T0)).toMatchObject([
      { kind: 'FeedRestored', reason: 'start', toMs: T0 },
      { kind: 'TradeObserved' },
    ]);
  });

  it('says at once that a frame can not be read: a window may close before the next trade', () => {
    const { tap, hear } = bench();
    hear(tradesAt(T0), T0);
    const torn = { kind: 'unreadable', why: 'torn' } as const;
    expect(hear(torn, T0 + 1)).toMatchObject([{ kind: 'FeedLost', reason: 'unreadable' }]);
    expect(hear(torn, T0 + 2)).toEqual([]);
    expect(hear(tradesAt(T0 + 5), T0 + 5)).toMatchObject([
      { kind: 'FeedRestored', reason: 'unreadable', fromMs: T0, toMs: T0 + 5 },
      { kind: 'TradeObserved' },
    ]);
    expect(tap.take({ kind: 'overflow', symbol: 'A' }, T0 + 6)).toMatchObject([
      { kind: 'FeedLost', reason: 'overflow' },
    ]);
  });
});

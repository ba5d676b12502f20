import { afterEach, describe, expect, it } from 'vitest';
import { mexcStream } from '../../../src/adapters/mexc/mexc-stream.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { startFakeMexc, type FakeMexc, type FakeMexcOptions } from '../../fakes/mexc/fake-mexc.js';
import type { SentTrade } from '../../fakes/mexc/sent-log.js';
import { syntheticSymbols } from '../../fakes/venue/synthetic-trades.js';
import type { QUICK_LIMITS } from './feed-reader.js';
import { FeedReader } from './feed-reader.js';

let mexc: FakeMexc | undefined;
let reader: FeedReader | undefined;
afterEach(async () => {
  await reader?.end();
  await mexc?.close();
  reader = undefined;
  mexc = undefined;
});

async function start(
  options: FakeMexcOptions = {},
  limits: Partial<typeof QUICK_LIMITS> = {},
): Promise<{ readonly mexc: FakeMexc; readonly reader: FeedReader }> {
  mexc = await startFakeMexc({ speed: 20, tradesBegin: 'first-subscription', ...options });
  const symbols = options.symbols ?? ['BTCUSDT'];
  reader = new FeedReader({ stream: mexcStream(), symbols, wsUrl: mexc.wsUrl, limits });
  return { mexc, reader };
}

/**
 * Each trade of a frame that was sent completely, once and in order, and none that was never sent.
 * Of what the fake has not seen leave, as much may be there as was read.
 */
async function expectWhole(venue: FakeMexc, fed: FeedReader, symbol = 'BTCUSDT'): Promise<void> {
  const surely = new Set(venue.deliverable({ symbol }).map(({ sequence }) => sequence));
  await fed.has('all that was sent', () => fed.trades.length >= surely.size);
  const got = fed.trades
    .filter((trade) => trade.symbol === symbol)
    .map(({ price, qty, tradeId, tsMs }) => `${price} ${qty} ${tradeId ?? ''} ${tsMs ?? ''}`);
  const read = new Set(got);
  const sent = new Map<number, string>();
  for (const { frames } of venue.connections()) {
    for (const trade of frames.flatMap(({ intact, trades }) => (intact ? trades : []))) {
      const text = textOf(trade);
      if (surely.has(trade.sequence) || read.has(text)) sent.set(trade.sequence, text);
    }
  }
  const wanted = [...sent].sort(([a], [b]) => a - b).map(([, text]) => text);
  expect(got).toEqual(wanted);
}

function textOf({ price, quantity, tradeId, timeMs }: SentTrade): string {
  return `${price} ${quantity} ${tradeId ?? ''} ${timeMs}`;
}

const gapsOf = (fed: FeedReader) =>
  fed.of('FeedRestored').flatMap(({ reason }) => (reason === 'start' ? [] : [reason]));

describe('the MEXC feed', () => {
  it('gives every trade of the stream, once and in order', async () => {
    const { mexc, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 500);
    await expectWhole(mexc, reader);
    expect(reader.state('BTCUSDT')).toBe('live');
    expect(reader.of('FeedRestored')).toMatchObject([{ reason: 'start', fromMs: null }]);
  });

  it.each(['cut', 'reset', 'half-open'] as const)(
    'is back behind a connection that ends: %s',
    async (kind) => {
      const { mexc, reader } = await start();
      await reader.has('trades', () => reader.trades.length > 200);
      mexc.fault({ kind });
      await reader.has('the loss', () => reader.losses.length === 1);
      await reader.has('the return', () => gapsOf(reader).length === 1);
      const { length } = reader.trades;
      await reader.has('more trades', () => reader.trades.length > length + 100);
      expect(gapsOf(reader)).toEqual(['connection_lost']);
      if (kind !== 'reset') await expectWhole(mexc, reader);
      expect(mexc.connections()).toHaveLength(2);
    },
  );

  it('is back behind a close frame, and says its code', async () => {
    const { mexc, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 50);
    mexc.fault({ kind: 'close', code: 1001, reason: 'going away' });
    await reader.has('the return', () => gapsOf(reader).length === 1);
    expect(reader.notices.join()).toContain('closed by the venue (1001 "going away")');
    await expectWhole(mexc, reader);
  });

  it('leaves a connection that says nothing any more', async () => {
    const { mexc, reader } = await start({}, { dataMs: 800 });
    await reader.has('trades', () => reader.trades.length > 50);
    mexc.fault({ kind: 'silence' });
    await reader.has('the loss', () => reader.losses.length === 1);
    expect(reader.notices.join()).toContain('no data for 800 ms');
    await mexc.endFault('all');
    await reader.has('the return', () => gapsOf(reader).length === 1);
  });

  it('does not take an acknowledgement for data', async () => {
    mexc = await startFakeMexc({ speed: 20 });
    mexc.fault({ kind: 'lying-ack' });
    const { wsUrl } = mexc;
    reader = new FeedReader({
      stream: mexcStream(),
      symbols: ['BTCUSDT'],
      wsUrl,
      limits: { dataMs: 600 },
    });
    const fed = reader;
    await fed.has('a second attempt', () => (mexc?.connections().length ?? 0) > 1);
    expect(fed.trades).toEqual([]);
    expect(fed.state('BTCUSDT')).not.toBe('live');
    await mexc.endFault('all');
    await fed.has('trades', () => fed.trades.length > 10);
  });

  it('says which symbol the venue refuses, and goes on with the others', async () => {
    const symbols = ['BTCUSDT', 'NOTUSDT'];
    const { reader } = await start({ symbols, closedSymbols: ['NOTUSDT'] });
    await reader.has('trades', () => reader.trades.length > 50);
    expect(reader.state('BTCUSDT')).toBe('live');
    expect(reader.feed.health()?.symbols[1]).toMatchObject({
      symbol: 'NOTUSDT',
      state: 'rejected',
    });
    expect(reader.feed.health()?.symbols[1]?.why).toContain('Blocked');
  });

  it.each([
    { kind: 'torn-frame' },
    { kind: 'foreign-frame', content: 'random-bytes' },
    { kind: 'foreign-frame', content: 'gzip' },
    { kind: 'foreign-frame', content: 'empty' },
    { kind: 'foreign-frame', content: 'other-message' },
    { kind: 'foreign-frame', content: 'invalid-json' },
    { kind: 'foreign-frame', content: 'invalid-listen-key' },
    { kind: 'schema-growth' },
    { kind: 'field-order' },
    { kind: 'fields-missing', fields: ['symbol', 'sendTime', 'eventType'] },
    { kind: 'fragments', bytes: 7 },
    { kind: 'burst', trades: 5_000 },
    { kind: 'server-ping' },
    { kind: 'slow', bytesPerSecond: 20_000 },
  ] as const)('goes on over the same connection behind $kind $content', async (fault) => {
    const { mexc, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 50);
    mexc.fault(fault);
    const { length } = reader.trades;
    await reader.has('more trades', () => reader.trades.length > length + 100);
    await expectWhole(mexc, reader);
    expect(mexc.connections()).toHaveLength(1);
    expect(reader.notices).toEqual([]);
  });

  it('ends a connection that sends more than a frame can be', async () => {
    const { mexc, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 50);
    mexc.fault({ kind: 'huge-frame' });
    await reader.has('the return', () => gapsOf(reader).length === 1);
    expect(reader.notices.join()).toContain('Max payload size exceeded');
  });

  it('keeps trying while the venue refuses the handshake or does not listen', async () => {
    for (const fault of [
      { kind: 'handshake-refused', status: 403 },
      { kind: 'connection-refused' },
    ] as const) {
      mexc = await startFakeMexc({ speed: 20 });
      mexc.fault(fault);
      reader = new FeedReader({ stream: mexcStream(), symbols: ['BTCUSDT'], wsUrl: mexc.wsUrl });
      const fed = reader;
      await fed.has('two attempts', () => (fed.feed.health()?.counts.connects ?? 0) >= 2);
      expect(fed.state('BTCUSDT')).toBe('down');
      await mexc.endFault('all');
      await fed.has('trades', () => fed.trades.length > 10);
      expect(fed.losses).toEqual([]);
      await fed.end();
      await mexc.close();
    }
  });

  it.each([true, false])(
    'rotates without a gap and without a repetition, ids: %s',
    async (tradeIds) => {
      const { mexc, reader } = await start({ tradeIds }, { rotateMs: 1_000 });
      await reader.has('three connections', () => mexc.connections().length >= 3);
      const { length } = reader.trades;
      await reader.has('more trades', () => reader.trades.length > length + 100);
      expect(reader.losses.filter(({ reason }) => reason !== 'overlap_cut')).toEqual([]);
      const cuts = gapsOf(reader);
      if (tradeIds) {
        expect(cuts).toEqual([]);
        await expectWhole(mexc, reader);
      } else {
        expect(cuts.length).toBeGreaterThan(0);
        expect(new Set(cuts)).toEqual(new Set(['overlap_cut']));
      }
    },
  );

  it.each([-3_600_000, 3_600_000])(
    'judges no trade by the clock of before a step of %d ms',
    async (stepMs) => {
      const system = systemClock();
      let shiftMs = 0;
      const clock = { ...system, nowMs: () => system.nowMs() + shiftMs };
      mexc = await startFakeMexc({ speed: 20 });
      const { wsUrl } = mexc;
      const fed = new FeedReader({ stream: mexcStream(), symbols: ['BTCUSDT'], wsUrl, clock });
      reader = fed;
      await fed.has('trades', () => fed.trades.length > 100);
      shiftMs = stepMs;
      const { length } = fed.trades;
      await fed.has('more trades', () => fed.trades.length > length + 200);
      const ages = fed.trades.map(({ receivedAtMs, tsMs }) => receivedAtMs - (tsMs ?? 0));
      expect(Math.max(...ages.map(Math.abs))).toBeLessThan(60_000);
      expect(fed.notices.join()).toMatch(/the local clock was set by -?3(599|600)\d{3} ms/);
    },
  );

  it('takes nothing again that the venue repeats after a reconnection', async () => {
    const { mexc, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 100);
    mexc.fault({ kind: 'duplicates', trades: 1_000 });
    mexc.fault({ kind: 'cut' });
    await reader.has('the return', () => gapsOf(reader).length === 1);
    const { length } = reader.trades;
    await reader.has('more trades', () => reader.trades.length > length + 100);
    await expectWhole(mexc, reader);
    expect(reader.feed.health()?.counts.duplicates).toBeGreaterThan(0);
  });

  it('spreads symbols over connections, thirty each', async () => {
    const trades = { from: 'synthetic', symbols: 35, messagesPerSecond: 700 } as const;
    mexc = await startFakeMexc({ trades });
    const symbols = syntheticSymbols(35);
    reader = new FeedReader({ stream: mexcStream(), symbols, wsUrl: mexc.wsUrl });
    const fed = reader;
    await fed.has('all symbols', () => new Set(fed.trades.map(({ symbol }) => symbol)).size === 35);
    expect(mexc.connections()).toHaveLength(2);
    expect(mexc.connections().map(({ channels }) => channels.length)).toEqual([30, 5]);
  });

  it.each([-3_600_000, 1_260, 3_600_000])(
    'follows a venue clock that is %i ms ahead',
    async (clockOffsetMs) => {
      const { reader } = await start({ clockOffsetMs });
      await reader.has('trades', () => reader.trades.length > 300);
      const offsetMs = reader.feed.health()?.clock.offsetMs ?? NaN;
      expect(Math.abs(offsetMs - clockOffsetMs)).toBeLessThan(250);
      const trade = reader.trades.at(-1);
      expect(Math.abs((trade?.receivedAtMs ?? 0) - (trade?.tsMs ?? 0))).toBeLessThan(1_000);
    },
  );
});

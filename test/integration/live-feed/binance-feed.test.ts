import { afterEach, describe, expect, it } from 'vitest';
import { binanceStream } from '../../../src/adapters/binance/binance-stream.js';
import {
  startFakeBinance,
  type FakeBinance,
  type FakeBinanceOptions,
} from '../../fakes/binance/fake-binance.js';
import { FeedReader, type QUICK_LIMITS } from './feed-reader.js';

let binance: FakeBinance | undefined;
let reader: FeedReader | undefined;
afterEach(async () => {
  await reader?.end();
  await binance?.close();
  reader = undefined;
  binance = undefined;
});

async function start(
  options: FakeBinanceOptions = {},
  limits: Partial<typeof QUICK_LIMITS> = {},
): Promise<{ readonly binance: FakeBinance; readonly reader: FeedReader }> {
  binance = await startFakeBinance({ speed: 20, tradesBegin: 'first-connection', ...options });
  reader = new FeedReader({
    stream: binanceStream(),
    symbols: ['BTCUSDT'],
    wsUrl: binance.wsUrl,
    timeUrl: `${binance.restUrl}/api/v3/time`,
    limits,
  });
  return { binance, reader };
}

const idsOf = (fed: FeedReader) => fed.trades.map(({ tradeId }) => Number(tradeId));
const gapsOf = (fed: FeedReader) =>
  fed.of('FeedRestored').map(({ reason, tradesMissing }) => [reason, tradesMissing]);

/** Contiguous but for the holes that were reported, each with its number. */
function expectHolesReported(fed: FeedReader): void {
  const ids = idsOf(fed);
  const holes = ids.slice(1).map((id, i) => id - (ids[i] ?? 0) - 1);
  expect(holes.every((hole) => hole >= 0)).toBe(true);
  const reported = fed.of('FeedRestored').reduce((sum, gap) => sum + (gap.tradesMissing ?? 0), 0);
  expect(holes.reduce((sum, hole) => sum + hole, 0)).toBe(reported);
}

describe('the Binance feed', () => {
  it('gives every trade in the order of its ids', async () => {
    const { reader } = await start();
    await reader.has('trades', () => reader.trades.length > 500);
    const ids = idsOf(reader);
    expect(ids).toEqual(ids.map((_, i) => (ids[0] ?? 0) + i));
    expect(gapsOf(reader)).toEqual([['start', null]]);
    await reader.has('the clock', () => reader.feed.health()?.clock.confidence === 'good');
  });

  it('counts the trades that the venue leaves out', async () => {
    const { binance, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 100);
    binance.loseTrades(3);
    await reader.has('the gap', () => gapsOf(reader).length > 1);
    expect(gapsOf(reader)[1]).toEqual(['ids_missing', 3]);
    expectHolesReported(reader);
  });

  it('knows how many it missed while it was away', async () => {
    const { binance, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 100);
    binance.refuseHandshakes(502);
    binance.cut();
    await reader.has('a refusal', () => (reader.feed.health()?.counts.connects ?? 0) > 2);
    expect(reader.state('BTCUSDT')).toBe('down');
    expect(reader.losses).toHaveLength(1);
    binance.refuseHandshakes(null);
    await reader.has('the return', () => gapsOf(reader).length > 1);
    expect(gapsOf(reader)[1]?.[0]).toBe('connection_lost');
    expect(gapsOf(reader)[1]?.[1]).toBeGreaterThan(0);
    expectHolesReported(reader);
  });

  it('loses nothing when the venue announces that it closes', async () => {
    const { binance, reader } = await start();
    await reader.has('trades', () => reader.trades.length > 100);
    binance.announceShutdown();
    await reader.has('the old connection has gone', () => {
      return binance.connections().length === 2 && reader.feed.health()?.connections.length === 1;
    });
    const { length } = reader.trades;
    await reader.has('more trades', () => reader.trades.length > length + 100);
    expect(reader.losses).toEqual([]);
    expectHolesReported(reader);
    expect(gapsOf(reader)).toHaveLength(1);
  });

  it('rotates without a hole', async () => {
    const { binance, reader } = await start({}, { rotateMs: 800 });
    await reader.has('three connections', () => binance.connections().length >= 3);
    const { length } = reader.trades;
    await reader.has('more trades', () => reader.trades.length > length + 100);
    expect(gapsOf(reader)).toEqual([['start', null]]);
    expectHolesReported(reader);
  });

  it('takes the ping of a server for a sign of life, and leaves a half-open connection', async () => {
    const { binance, reader } = await start({ limits: { pingEveryMs: 300 } });
    await reader.has('trades', () => reader.trades.length > 50);
    binance.silence(true);
    await reader.has('the end for want of data', () =>
      reader.notices.some((text) => text.includes('no data for 3000 ms')),
    );
    expect(reader.notices.join()).not.toContain('no sign of life');
    binance.silence(false);
    await reader.has('the return', () => gapsOf(reader).length > 1);
    binance.halfOpen();
    await reader.has('the end for want of life', () =>
      reader.notices.some((text) => text.includes('no sign of life for 1500 ms')),
    );
    await reader.has('the second return', () => gapsOf(reader).length > 2);
    expectHolesReported(reader);
  });
});

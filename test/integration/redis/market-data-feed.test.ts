import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { marketDataFeed } from '../../../src/adapters/redis/market-data-feed.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { FeedReader } from '../live-feed/feed-reader.js';
import { until } from '../embedded/embedded-fixture.js';
import { RedisServer } from './redis-fixture.js';

describe('the topic market_data as a feed', () => {
  let server: RedisServer;
  let link: RedisLink;
  const readers: FeedReader[] = [];
  let reader: FeedReader;
  let sent = 0;
  beforeEach(async () => {
    server = await RedisServer.start();
    link = await server.link();
    sent = 0;
  });
  afterEach(async () => {
    for (const one of readers.splice(0)) await one.end();
    await server.end();
  });

  const listen = (symbols: readonly string[] = [], url = server.url): void => {
    reader = new FeedReader({ open: (deps) => marketDataFeed({ url, symbols }, deps) });
    readers.push(reader);
  };
  const publish = async (fields: Readonly<Record<string, unknown>> = {}): Promise<number> => {
    sent += 1;
    const trade = { schema_version: 'v1.0', source: 'mexc', symbol: 'BTCUSDT', side: 'buy' };
    const rest = { ts_ms: Date.now(), price: '70000', trade_qty: '0.1', trade_id: `t${sent}` };
    const text = JSON.stringify({ ...trade, ...rest, ...fields });
    return Number(await link.call('publish', 'PUBLISH', 'market_data', text));
  };
  const listening = () => reader.has('it listens', () => connection()?.state === 'open');
  const connection = () => reader.feed.health()?.connections[0];
  const ids = () => reader.trades.map(({ tradeId }) => tradeId);
  const count = (name: 'unreadable' | 'unwanted' | 'losses') => reader.feed.health()?.counts[name];

  it('gives trades in order, of all symbols and sources', async () => {
    listen();
    await listening();
    expect(reader.state('*')).toBe('quiet');
    for (let at = 0; at < 50; at += 1) await publish();
    // The ids of two sources have nothing to do with each other.
    await publish({ source: 'binance', trade_id: 't1' });
    await publish({ symbol: 'ETHUSDT', trade_id: 't1' });
    await reader.has('all came', () => reader.trades.length === 52);
    const own = Array.from({ length: 50 }, (_, at) => `t${at + 1}`);
    expect(ids()).toEqual([...own, 't1', 't1']);
    expect(reader.trades.at(-2)).toMatchObject({ venue: 'binance', symbol: 'BTCUSDT' });
    expect(reader.trades.at(-1)).toMatchObject({ venue: 'mexc', symbol: 'ETHUSDT' });
    expect(reader.losses).toEqual([]);
    expect(connection()).toMatchObject({ state: 'live', symbols: 2 });
    expect(reader.feed.health()?.symbols.map(({ symbol, state }) => [symbol, state])).toEqual([
      ['BTCUSDT', 'live'],
      ['ETHUSDT', 'live'],
    ]);
    expect(reader.feed.identity).toBe('redis:market_data;symbols=*');
  });

  it('takes the symbols that were asked for, and each trade once', async () => {
    listen(['ETHUSDT', 'BTCUSDT']);
    await listening();
    await publish({ symbol: 'XRPUSDT' });
    await publish({ trade_id: 'a' });
    await publish({ trade_id: 'a' });
    await publish({ trade_id: 'b' });
    await reader.has('both came', () => reader.trades.length === 2);
    expect(ids()).toEqual(['a', 'b']);
    expect(count('unwanted')).toBe(1);
    expect(reader.feed.health()?.counts.duplicates).toBe(1);
    expect(reader.state('ETHUSDT')).toBe('quiet');
    expect(reader.feed.identity).toBe('redis:market_data;symbols=BTCUSDT,ETHUSDT');
  });

  it('counts what it cannot read, tells that a trade may be missing, and goes on', async () => {
    listen(['BTCUSDT']);
    await listening();
    await publish();
    await link.call('publish', 'PUBLISH', 'market_data', '\u001b[2J not json');
    await publish();
    await reader.has('both came', () => reader.trades.length === 2);
    expect(count('unreadable')).toBe(1);
    expect(reader.losses.map(({ reason }) => reason)).toEqual(['unreadable']);
  });

  it('lets time pass once a second by the clock of Redis', async () => {
    listen();
    await reader.has('time passes', () => reader.of('TimerElapsed').length >= 2);
    const { clock } = reader.feed.health() ?? {};
    expect(Math.abs(clock?.offsetMs ?? Infinity)).toBeLessThan(1_000);
  });

  it('tells that the connection was lost, and from when on trades come again', async () => {
    listen(['BTCUSDT']);
    await listening();
    await publish({ ts_ms: Date.now() - 10 });
    await reader.has('it came', () => reader.trades.length === 1);
    await link.call('cut', 'CLIENT', 'KILL', 'TYPE', 'pubsub');
    await reader.has('the loss is told', () => reader.losses.length === 1);
    expect(reader.losses[0]).toMatchObject({ symbol: 'BTCUSDT', reason: 'connection_lost' });
    await until('it listens again', async () => (await publish()) === 1);
    await reader.has('it is restored', () => reader.of('FeedRestored').length === 2);
    expect(reader.of('FeedRestored')[1]).toMatchObject({
      reason: 'connection_lost',
      tradesMissing: null,
    });
    expect(count('losses')).toBe(1);
  });

  it('is down while Redis is away, also from the start, and comes back by itself', async () => {
    await server.kill();
    listen(['BTCUSDT']);
    await reader.has('it is down', () => /ECONNREFUSED/.test(connection()?.why ?? ''));
    expect(reader.state('BTCUSDT')).toBe('down');
    // So long that the first question for the time has gone without an answer.
    await reader.has('it keeps trying', () => (reader.feed.health()?.counts.connects ?? 0) > 4);
    expect(reader.of('TimerElapsed')).toEqual([]);
    await server.up();
    await until('it listens', async () => (await publish().catch(() => 0)) === 1);
    await reader.has('a trade came', () => reader.trades.length > 0);
    const before = reader.trades.length;
    await server.kill();
    await reader.has('the loss is told', () => reader.losses.length === 1);
    expect(reader.losses[0]?.reason).toBe('connection_lost');
    await server.up();
    await until('it listens again', async () => (await publish().catch(() => 0)) === 1);
    await reader.has('trades come again', () => reader.trades.length > before);
    await reader.has('time passes', () => reader.of('TimerElapsed').length > 0);
  });

  it('gives up a connection that does not answer, though nothing has ended it', async () => {
    listen(['BTCUSDT']);
    await listening();
    await publish();
    await reader.has('it came', () => reader.trades.length === 1);
    server.signal('SIGSTOP');
    try {
      await reader.has('the loss is told', () => reader.losses.length === 1);
      expect(reader.notices.join()).toMatch(/no (answer within|sign of life for) \d+ ms/);
    } finally {
      server.signal('SIGCONT');
    }
    await until('trades come again', async () => {
      // The server may count the connection that was given up for a while.
      await publish();
      return reader.trades.length > 1;
    });
  });

  it('tells what a full queue could not take, and goes on', async () => {
    const abort = new AbortController();
    const feed = marketDataFeed(
      { url: server.url, symbols: ['BTCUSDT'] },
      { clock: systemClock(), random: () => 0, onWire: () => undefined, onNotice: () => undefined },
    );
    const inputs = feed.inputs(0, abort.signal)[Symbol.asyncIterator]();
    await inputs.next();
    await until('it listens', () => feed.health()?.connections[0]?.state === 'open');
    // Nobody takes what comes.
    for (let at = 0; at < 101; at += 1) {
      await Promise.all(Array.from({ length: 1_000 }, () => publish()));
    }
    await until('the queue is full', () => (feed.health()?.counts.overflowed ?? 0) > 0);
    const lost: string[] = [];
    let trades = 0;
    while (trades < 100_000 - 100) {
      const next = await inputs.next();
      for (const input of next.done === true ? [] : next.value) {
        if (input.kind === 'FeedLost') lost.push(input.reason);
        if (input.kind === 'TradeObserved') trades += 1;
      }
    }
    abort.abort();
    expect(lost).toEqual(['overflow']);
    expect(trades).toBeLessThanOrEqual(100_000);
  });

  it('stays with a quiet topic', async () => {
    listen();
    await listening();
    await reader.has('time passes', () => reader.of('TimerElapsed').length >= 7);
    expect(count('losses')).toBe(0);
    expect(reader.feed.health()?.counts.connects).toBe(1);
  });

  it('says why it may not listen, and needs few rights', async () => {
    const user = (...rights: string[]) =>
      link.call(
        'allow',
        'ACL',
        'SETUSER',
        'watcher',
        'reset',
        'on',
        '>not-a-real-password',
        ...rights,
      );
    const url = server.url.replace('//', '//watcher:not-a-real-password@');
    await user('+@read', '+ping', '+info', '+client', '+subscribe', 'resetchannels', '~*');
    listen(['BTCUSDT'], url);
    await reader.has('it is refused', () => /NOPERM/.test(connection()?.why ?? ''));
    expect(JSON.stringify([reader.feed.health(), reader.notices])).not.toContain('not-a-real');
    await user('+@read', '+ping', '+info', '+client', '+subscribe', '&market_data', '~*');
    await until('it listens', async () => (await publish()) === 1);
    await reader.has('a trade came', () => reader.trades.length > 0);
  });
});

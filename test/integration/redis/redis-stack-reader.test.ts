import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openRedisLink,
  untilAnswered,
  type RedisLink,
} from '../../../src/adapters/redis/redis-link.js';
import { redisStackReader } from '../../../src/adapters/redis/redis-stack-reader.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { readStack } from '../../../src/view/stack-view.js';
import { RedisServer } from './redis-fixture.js';

/** What docs/redis.md asks for; the first five read, the last tells who listens. */
const RIGHTS = ['+@read', '+ping', '+info', '+client', '+subscribe', '+pubsub|numsub', '-@write'];

describe('reading the Redis of another stack', () => {
  let server: RedisServer;
  let writer: RedisLink;
  const links: RedisLink[] = [];
  beforeEach(async () => {
    server = await RedisServer.start();
    writer = await server.link('writer');
  });
  afterEach(async () => {
    for (const link of links.splice(0)) link.close();
    await server.end();
  });

  const write = (command: string, ...words: readonly (string | number)[]) =>
    writer.call('write', command, ...words);
  const add = (stream: string) => write('XADD', stream, '*', 'symbol', 'BTCUSDT');
  const readerWith = async (...rights: readonly string[]) => {
    await write(
      'ACL',
      'SETUSER',
      'watcher',
      'reset',
      'on',
      '>not-a-real-password',
      '~*',
      ...rights,
    );
    const url = server.url.replace('//', '//watcher:not-a-real-password@');
    const link = openRedisLink(url, 'watcher');
    links.push(link);
    await untilAnswered(link, systemClock(), 5_000);
    return redisStackReader(link);
  };
  const commandStats = async () => String(await write('INFO', 'commandstats'));

  it('sees what flows, with a user who has no right to write', async () => {
    for (const stream of ['stream.candles_1m', 'stream.regime_signals', 'other']) await add(stream);
    await write('SET', 'market_state:BTCUSDT', '{}', 'PX', 120_000);
    await write('SET', 'market_state:OLD', '{}');
    await write('SET', 'market_price:BTCUSDT', '1', 'PX', 30_000);
    const subscriber = await server.link('subscriber');
    await subscriber.listen(['orders'], () => undefined);
    const view = await readStack(await readerWith(...RIGHTS), Date.now());
    expect(view.streams.filter(({ exists }) => exists).map(({ name }) => name)).toEqual([
      'stream.candles_1m',
      'stream.regime_signals',
      'other',
    ]);
    expect(view.topics).toContainEqual({ topic: 'orders', subscribers: 1 });
    expect(view.topics).toContainEqual({ topic: 'signals', subscribers: 0 });
    expect(view.states.map(({ key }) => key)).toEqual(['market_state:BTCUSDT', 'market_state:OLD']);
    expect(view.states[0]?.ttlMs).toBeGreaterThan(60_000);
    expect(view.states[1]?.ttlMs).toBeNull();
    expect(view.server).toMatchObject({
      role: 'master',
      maxmemoryPolicy: 'noeviction',
      maxmemoryBytes: 0,
      evictedKeys: 0,
      isAppendOnly: true,
      isAppendOnlyWell: true,
    });
    expect(view.server.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Math.abs((view.server.clockMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(view.word).toBe('DEGRADED');
  });

  it('sends nothing that needs another right', async () => {
    const reader = await readerWith(...RIGHTS);
    await add('stream.fills');
    await write('XGROUP', 'CREATE', 'stream.fills', 'g', '0');
    await readStack(reader, Date.now());
    await reader.log.read('stream.fills', null, 10);
    await reader.log.tail('stream.fills', 10);
    await reader.groups('stream.fills');
    expect(await commandStats()).not.toMatch(/rejected_calls=[1-9]/);
  });

  it('does not know who listens where it may not ask', async () => {
    const reader = await readerWith(...RIGHTS.filter((right) => !right.includes('pubsub')));
    const view = await readStack(reader, Date.now());
    expect(view.topics.every(({ subscribers }) => subscribers === null)).toBe(true);
  });

  it('knows groups, and that a lag is unknown', async () => {
    const reader = await readerWith(...RIGHTS);
    expect(await reader.groups('none')).toEqual([]);
    const ids = [];
    for (let at = 0; at < 3; at += 1) ids.push(String(await add('s')));
    await write('XGROUP', 'CREATE', 's', 'g', '0');
    expect(await reader.groups('s')).toMatchObject([{ name: 'g', lag: 3, pending: 0 }]);
    await write('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 1, 'STREAMS', 's', '>');
    await write('XDEL', 's', ids[1] ?? '');
    const [seq = 0, ord = 0] = (ids[0] ?? '').split('-').map(Number);
    expect(await reader.groups('s')).toEqual([
      { name: 'g', consumers: 1, pending: 1, lag: null, lastDeliveredId: { seq, ord } },
    ]);
  });

  it('reads at most as many keys as it is asked for', async () => {
    for (let at = 0; at < 20; at += 1) await write('SET', `market_state:${at}`, '{}');
    const reader = await readerWith(...RIGHTS);
    expect(await reader.keys('market_state:', 7)).toHaveLength(7);
    expect(await reader.keys('market_state:[0-9]', 7)).toEqual([]);
  });
});

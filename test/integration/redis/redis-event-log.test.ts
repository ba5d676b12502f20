import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRedisEventLog } from '../../../src/adapters/redis/redis-event-log.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import type { EventLog } from '../../../src/engine/ports/event-log.js';
import { entry, id, ids, many } from '../../contract/event-log.contract.js';
import { until } from '../embedded/embedded-fixture.js';
import { RedisServer } from './redis-fixture.js';

describe('streams on Redis', () => {
  let server: RedisServer;
  let link: RedisLink;
  let log: EventLog;
  beforeEach(async () => {
    server = await RedisServer.start();
    link = await server.link();
    log = openRedisEventLog(link, { keyPrefix: '' });
  });
  afterEach(() => server.end());

  const add = (key: string, at: string, ...words: readonly string[]) =>
    link.call('add', 'XADD', key, at, ...words);

  it('reads what another stack wrote with ids of the server', async () => {
    const first = String(await add('stream.fills', '*', 'status', 'FILLED', 'status', 'twice'));
    const second = String(await add('stream.fills', '*', '__proto__', 'x'));
    const entries = await log.read('stream.fills', null, 10);
    expect(ids(entries)).toEqual([first, second]);
    expect(entries[0]?.fields).toEqual({ status: 'twice' });
    expect(Object.entries(entries[1]?.fields ?? {})).toEqual([['__proto__', 'x']]);
    expect(ids(await log.read('stream.fills', entries[0]?.id ?? null, 10))).toEqual([second]);
    const info = await log.info('stream.fills');
    expect(info).toMatchObject({ length: 2, entriesAdded: 2, lastId: entries[1]?.id });
    expect(Math.abs((info?.lastAppendAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(info?.bytes).toBeGreaterThan(0);
  });

  it('does not take the sequence of a journal for a time', async () => {
    await log.append('s', [entry(812)]);
    expect((await log.info('s'))?.lastAppendAtMs).toBeNull();
  });

  it('knows the last id and skips by it when every entry is gone', async () => {
    await log.append('s', many(1, 9));
    await link.call('trim', 'XTRIM', 's', 'MAXLEN', 0);
    expect(await log.info('s')).toMatchObject({ length: 0, firstId: null, lastId: id(9) });
    expect(await log.append('s', many(1, 10))).toBe(1);
    expect(ids(await log.read('s', null, 10))).toEqual(['10-0']);
  });

  it('adds nothing when an append is repeated whose answer was lost', async () => {
    server.signal('SIGSTOP');
    const lost = log.append('s', many(1, 700));
    await expect(lost).rejects.toThrow('Cannot append to stream "s"');
    server.signal('SIGCONT');
    await until('the server answers', async () => {
      return (await log.append('s', many(1, 700)).catch(() => null)) !== null;
    });
    expect(ids(await log.read('s', null, 1_000))).toEqual(ids(many(1, 700)));
    expect((await log.info('s'))?.entriesAdded).toBe(700);
  });

  it('lists streams only, and those of the wire whatever else there is', async () => {
    await link.call('set', 'SET', 'stream.orders', 'a key of another kind');
    await add('other', '*', 'a', 'b');
    await add('stream.fills', '*', 'a', 'b');
    const names = ['stream.fills', 'stream.orders', 'stream.signals'];
    const listed = await openRedisEventLog(link, { keyPrefix: '', names }).list();
    expect(listed.map(({ name }) => name)).toEqual(['other', 'stream.fills']);
  });

  it('says what it attempted where the key is no stream or holds no id to count with', async () => {
    await link.call('set', 'SET', 'k', 'text');
    await expect(log.read('k', null, 1)).rejects.toThrow(/Cannot read stream "k": WRONGTYPE/);
    await expect(log.append('k', many(1, 2))).rejects.toThrow(/Cannot append to stream "k"/);
    await add('far', '18446744073709551615-7', 'a', 'b');
    await expect(log.read('far', null, 1)).rejects.toThrow(/an id beyond exact numbers/);
    expect(await log.info('far')).toMatchObject({ length: 1, firstId: null, lastId: null });
  });

  it('trims a long stream below an id in steps', async () => {
    await log.append('s', many(1, 15_000));
    await log.trimBelow('s', id(14_990));
    const info = await log.info('s');
    expect(info?.length).toBeLessThanOrEqual(111);
    expect(info?.entriesAdded).toBe(15_000);
    expect((await log.read('s', id(14_989), 100))[0]?.id).toEqual(id(14_990));
  });
});

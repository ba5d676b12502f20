import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisLeases } from '../../../src/adapters/redis/redis-leases.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { redisShardLog } from '../../../src/adapters/redis/redis-shard-log.js';
import { pipelineLease } from '../../../src/adapters/redis/shard-keys.js';
import type { Input } from '../../../src/engine/domain/inputs.js';
import type { ShardLog } from '../../../src/engine/ports/shard-log.js';
import { until } from '../embedded/embedded-fixture.js';
import { RedisServer } from '../redis/redis-fixture.js';

const GROUP = 'run-a';
const timer = (atMs: number): Input => ({ kind: 'TimerElapsed', atMs });
const batch = (seqFirst: number, seqLast: number) => ({
  ...{ seqFirst, seqLast, digest: `digest ${seqLast}`, arrivedAtMs: 0 },
  outputs: [],
});

let server: RedisServer;
let link: RedisLink;
let log: ShardLog;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());
beforeEach(async () => {
  link = await server.link();
  await link.call('begin with nothing', 'FLUSHALL');
  log = redisShardLog(
    { data: link, waiting: link },
    { runGroup: GROUP, shard: 0, inputsMax: 10, waitReplicas: 0 },
  );
});

async function owner(name = 'a', tokenMin = 100): Promise<number> {
  const answer = await redisLeases(link, 60_000).acquire(pipelineLease(GROUP, 0), name, tokenMin);
  if (answer.state === 'taken') throw new Error(`taken by ${answer.owner}`);
  return answer.token;
}

const offsets = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({ offset: from + i, input: timer(from + i) }));

describe('a shard', () => {
  it('is not there before somebody begins it', async () => {
    expect(await log.head()).toBeNull();
    const inputs = offsets(1, 1);
    expect(await log.deliver({ source: 'f', afterOffset: 0, inputs })).toEqual({ state: 'absent' });
    expect(await log.begin(7, { seq: 0, sources: {} }, [])).toBe(false);
  });

  it('begins behind a sequence, with what its owner says first', async () => {
    const token = await owner();
    expect(await log.begin(token, { seq: 41, sources: { f: 9 } }, [timer(1), timer(2)])).toBe(true);
    expect(await log.head()).toMatchObject({
      seq: 43,
      foldedSeq: 41,
      writtenSeq: 41,
      firstSeq: 42,
    });
    expect((await log.read(41, 10, 0)).map(({ seq, input }) => [seq, input])).toEqual([
      [42, timer(1)],
      [43, timer(2)],
    ]);
  });

  it('takes what is delivered twice once, and says where a source stands', async () => {
    await log.begin(await owner(), { seq: 0, sources: {} }, []);
    const first = { source: 'f', afterOffset: 0, inputs: offsets(1, 3) };
    expect(await log.deliver(first)).toEqual({ state: 'taken', offset: 3 });
    expect(await log.deliver(first)).toEqual({ state: 'taken', offset: 3 });
    const more = { source: 'f', afterOffset: 3, inputs: offsets(2, 4), upTo: 9 };
    expect(await log.deliver(more)).toEqual({ state: 'taken', offset: 9 });
    expect((await log.read(0, 10, 0)).map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
    const gap = { source: 'f', afterOffset: 12, inputs: offsets(13, 13) };
    expect(await log.deliver(gap)).toEqual({ state: 'behind', offset: 9 });
  });

  it('keeps sources apart', async () => {
    await log.begin(await owner(), { seq: 0, sources: {} }, []);
    await log.deliver({ source: 'f', afterOffset: 0, inputs: offsets(1, 2) });
    await log.deliver({ source: 'g', afterOffset: 0, inputs: offsets(1, 2) });
    expect((await log.read(0, 10, 0)).map(({ source, offset }) => `${source}${offset}`)).toEqual([
      'f1',
      'f2',
      'g1',
      'g2',
    ]);
  });

  it('takes no more of a feeder than may wait, and all that its owner says', async () => {
    const token = await owner();
    await log.begin(token, { seq: 0, sources: {} }, []);
    const feeder = 1;
    await log.deliver({ source: 'f', afterOffset: 0, inputs: offsets(1, 10), feeder });
    const said = { source: 'o', afterOffset: 0, inputs: offsets(1, 1), owner: token };
    expect(await log.deliver(said)).toEqual({ state: 'taken', offset: 1 });
    const more = { source: 'f', afterOffset: 10, inputs: offsets(11, 11), feeder };
    expect(await log.deliver(more)).toEqual({ state: 'full' });
    await log.trimBelow(5);
    expect(await log.deliver(more)).toEqual({ state: 'taken', offset: 11 });
  });

  it('refuses a feeder that another one has followed', async () => {
    await log.begin(await owner(), { seq: 0, sources: {} }, []);
    await log.deliver({ source: 'g', afterOffset: 0, inputs: offsets(1, 1), feeder: 8 });
    const late = { source: 'f', afterOffset: 0, inputs: offsets(1, 1), feeder: 7 };
    expect(await log.deliver(late)).toEqual({ state: 'fenced' });
    expect(await log.read(0, 10, 0)).toHaveLength(1);
  });

  it('refuses an owner that another one has followed, in every step', async () => {
    const old = await owner('a');
    await log.begin(old, { seq: 0, sources: {} }, []);
    await log.deliver({ source: 'f', afterOffset: 0, inputs: offsets(1, 4) });
    await log.putFacts(old, batch(1, 2));
    await redisLeases(link, 60_000).release(pipelineLease(GROUP, 0), 'a');
    const next = await owner('b');
    expect(next).toBeGreaterThan(old);
    expect(await log.putFacts(old, batch(3, 4))).toEqual({ state: 'fenced' });
    const said = { source: 'owner', afterOffset: 0, inputs: offsets(1, 1), owner: old };
    expect(await log.deliver(said)).toEqual({ state: 'fenced' });
    expect(await log.begin(old, { seq: 0, sources: {} }, [])).toBe(false);
    expect(await log.head()).toMatchObject({ seq: 4, foldedSeq: 2 });
    expect(await log.putFacts(next, batch(3, 4))).toEqual({ state: 'taken', writtenSeq: 0 });
  });

  it('takes facts once, in order, and of inputs that are there', async () => {
    const token = await owner();
    await log.begin(token, { seq: 0, sources: {} }, []);
    await log.deliver({ source: 'f', afterOffset: 0, inputs: offsets(1, 4) });
    expect(await log.putFacts(token, batch(1, 2))).toEqual({ state: 'taken', writtenSeq: 0 });
    expect(await log.putFacts(token, batch(1, 2))).toEqual({ state: 'taken', writtenSeq: 0 });
    expect(await log.putFacts(token, batch(4, 4))).toEqual({ state: 'absent' });
    expect(await log.putFacts(token, batch(3, 5))).toEqual({ state: 'absent' });
    expect((await log.facts(0, 10, 0)).map(({ digest }) => digest)).toEqual(['digest 2']);
  });

  it('drops facts that are written, and says which inputs are safe', async () => {
    const token = await owner();
    await log.begin(token, { seq: 0, sources: {} }, []);
    await log.deliver({ source: 'f', afterOffset: 0, inputs: offsets(1, 4) });
    await log.putFacts(token, batch(1, 2));
    await log.putFacts(token, batch(3, 4));
    await log.written(2, { f: 2 });
    await log.written(1, { f: 1 });
    expect(await log.facts(0, 10, 0)).toHaveLength(1);
    expect(await log.head()).toMatchObject({ writtenSeq: 2, durable: { f: 2 }, sources: { f: 4 } });
  });

  it('wakes a reader that waits', async () => {
    const token = await owner();
    await log.begin(token, { seq: 0, sources: {} }, []);
    const reader = redisShardLog(
      { data: link, waiting: await server.link() },
      { runGroup: GROUP, shard: 0, inputsMax: 10, waitReplicas: 0 },
    );
    const waiting = reader.read(0, 10, 1_500);
    await log.deliver({ source: 'f', afterOffset: 0, inputs: offsets(1, 1) });
    expect(await waiting).toHaveLength(1);
    expect(await reader.read(1, 10, 20)).toEqual([]);
  });
});

describe('a shard whose changes must be on a replica', () => {
  it('takes a change for made only once it is there, and makes it once', async () => {
    const safe = redisShardLog(
      { data: link, waiting: link },
      { runGroup: GROUP, shard: 0, inputsMax: 10, waitReplicas: 1 },
    );
    const token = await owner();
    await log.begin(token, { seq: 0, sources: {} }, []);
    const said = { source: 'f', afterOffset: 0, inputs: offsets(1, 2) };
    await expect(safe.deliver(said)).rejects.toThrow(/0 of 1 replicas have it/);
    await expect(safe.putFacts(token, batch(1, 2))).rejects.toThrow(/0 of 1 replicas have it/);
    await link.call('copy at once', 'CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
    const replica = await RedisServer.start('--replicaof', `127.0.0.1 ${server.port}`);
    try {
      const state = async () => String(await link.call('look', 'INFO', 'replication'));
      await until('it follows', async () => /slave0:.*state=online/.test(await state()));
      expect(await safe.deliver(said)).toEqual({ state: 'taken', offset: 2 });
      expect(await safe.putFacts(token, batch(1, 2))).toEqual({ state: 'taken', writtenSeq: 0 });
    } finally {
      await replica.end();
    }
    expect(await log.head()).toMatchObject({ seq: 2, foldedSeq: 2 });
    expect(await log.facts(0, 10, 0)).toHaveLength(1);
  });
});

describe('a lease', () => {
  it('is one owner’s until it ends, and every next token is higher', async () => {
    const leases = redisLeases(link, 200);
    const first = await leases.acquire('l', 'a', 5);
    expect(first).toEqual({ state: 'held', token: 6 });
    expect(await leases.acquire('l', 'b', 5)).toEqual({ state: 'taken', owner: 'a' });
    expect(await leases.renew('l', 'b')).toBe(false);
    await until('it has ended', async () => (await leases.acquire('l', 'b', 0)).state === 'held');
    expect(await leases.acquire('l', 'b', 0)).toEqual({ state: 'held', token: 8 });
    expect(await leases.renew('l', 'a')).toBe(false);
    await leases.release('l', 'b');
    expect(await leases.acquire('l', 'a', 50)).toEqual({ state: 'held', token: 51 });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisFactStreams } from '../../../src/adapters/redis/redis-fact-streams.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { RedisServer } from './redis-fixture.js';

const TRIM = { lengthMax: 1_000 };
const entry = (seq: number, ord: number) => ({ id: { seq, ord }, fields: { at: `${seq}-${ord}` } });

let server: RedisServer;
let link: RedisLink;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());
beforeEach(async () => {
  link = await server.link();
  await link.call('begin with nothing', 'FLUSHALL');
});

async function published(): Promise<readonly (string | undefined)[]> {
  const entries = await link.call('look', 'XRANGE', 'stream.fills', '-', '+');
  return (entries as [string, string[]][]).map(([, [, at]]) => at);
}

describe('published streams', () => {
  it('have each fact of a run once, in the order of birth, however often it is offered', async () => {
    const streams = redisFactStreams(link, 'run-a');
    await streams.append('stream.fills', [entry(4, 1), entry(4, 3)], TRIM);
    await streams.append('stream.fills', [entry(4, 1), entry(4, 3), entry(9, 0)], TRIM);
    await streams.append('stream.fills', [entry(4, 2), entry(9, 0), entry(9, 1)], TRIM);
    expect(await published()).toEqual(['4-1', '4-3', '9-0', '9-1']);
    expect(await redisFactStreams(link, 'run-a').takeOver('stream.fills')).toEqual({
      seq: 9,
      ord: 1,
    });
    expect(await streams.has('stream.fills', { seq: 4, ord: 3 })).toBe(true);
    expect(await streams.has('stream.fills', { seq: 4, ord: 2 })).toBe(false);
  });

  it('take what more than one script holds, once as well', async () => {
    const streams = redisFactStreams(link, 'run-a');
    const many = Array.from({ length: 450 }, (_, i) => entry(i + 1, 0));
    await streams.append('stream.fills', many.slice(0, 250), TRIM);
    await streams.append('stream.fills', many, TRIM);
    expect(await published()).toEqual(many.map(({ fields }) => fields.at));
  });

  it('know nothing of the places of other runs', async () => {
    await redisFactStreams(link, 'run-a').append('stream.fills', [entry(9, 0)], TRIM);
    await redisFactStreams(link, 'run-b').append('stream.fills', [entry(1, 0)], TRIM);
    expect(await published()).toEqual(['9-0', '1-0']);
    expect(await redisFactStreams(link, 'run-c').takeOver('stream.fills')).toBeNull();
  });
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../embedded/embedded-fixture.js';
import { fourMarkets } from './four-markets.js';
import { ShardedFixture } from './sharded-fixture.js';

let fixture: ShardedFixture;
beforeEach(async () => {
  fixture = await ShardedFixture.start();
});
afterEach(() => fixture.end());

const ownerTokens = () =>
  fixture.notices.flatMap((text) => {
    const token = /pipeline of shard 0: .*, token (\d+)/.exec(text)?.[1];
    return token === undefined ? [] : [Number(token)];
  });

async function cursor(): Promise<number> {
  const [row] = await fixture.database.run('cdb', 'SELECT max(seq)::int AS n FROM audit_cursor');
  return Number(row?.['n']);
}

it('are above all that were given out, also where Redis has lost its counters', async () => {
  expect(await fixture.engine({ feed: await fourMarkets({ trades: 500 }) }).run()).toBe('finished');
  const before = await cursor();
  const [last = 0] = ownerTokens().slice(-1);
  const link = await fixture.redis.link();
  await link.call('lose everything', 'FLUSHALL');
  // As of a writer on a host whose clock is far ahead; only the database knows of it.
  const ahead = Math.floor(Date.now() / 1_000) + 1_000_000;
  await fixture.database.run('cdb', `UPDATE run_shards SET writer_token = ${ahead}`);
  await until('a next second has begun', () => Math.floor(Date.now() / 1_000) >= last);
  expect(await fixture.engine({ feed: await fourMarkets({ trades: 700 }) }).run()).toBe('finished');
  expect(await cursor()).toBeGreaterThan(before);
  expect(ownerTokens().slice(-1)[0]).toBeGreaterThan(last);
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { forgetRun } from '../../../src/adapters/redis/forget-run.js';
import { redisSharedRuns } from '../../../src/adapters/redis/redis-board.js';
import { shareControl } from '../../../src/adapters/redis/redis-control.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { STREAM_LIST, STREAMS } from '../../../src/engine/domain/wire/streams.js';
import { shardRunId } from '../../../src/engine/shards/shard-of.js';
import { until } from '../embedded/embedded-fixture.js';
import { fourMarkets } from './four-markets.js';
import { ShardedFixture } from './sharded-fixture.js';
import { sharedRun, TRADING } from './sharded-engine.js';

const SHARDS = 2;
const RUN = sharedRun('run-a', SHARDS);

let fixture: ShardedFixture;
let link: RedisLink;
beforeEach(async () => {
  fixture = await ShardedFixture.start('--cluster-enabled', 'yes');
  link = await fixture.redis.link();
  await link.call('take all slots', 'CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  await until('the cluster is there', async () =>
    String(await link.call('look', 'CLUSTER', 'INFO')).includes('cluster_state:ok'),
  );
});
afterEach(() => fixture.end());

/** One node with all slots refuses a script whose keys are in two, as several nodes would. */
describe('a Redis Cluster', () => {
  it('has the keys of every step in one slot', async () => {
    const runs = redisSharedRuns(link);
    await runs.begin(RUN, null);
    const ears = await fixture.redis.link();
    const at = { engineId: 'a:1', place: 'a', own: () => TRADING, onHeard: () => undefined };
    const control = shareControl({ link, ears }, systemClock(), at);
    await control.heard;
    const feed = await fourMarkets({ trades: 5_000 });
    expect(await fixture.engine({ shards: SHARDS, feed }).run()).toBe('finished');
    await control.close();
    expect((await runs.current())?.finished).toBe(true);
    expect(fixture.notices.join()).not.toMatch(/CROSSSLOT|MOVED/);
    expect(await link.call('count', 'XLEN', STREAMS.orders.name)).toBeGreaterThan(0);
    await forgetRun(link, RUN, (shard) => shardRunId(nodeHash, RUN, shard));
    const left = (await link.call('look', 'KEYS', '*')) as readonly string[];
    const wire: readonly string[] = STREAM_LIST.map(({ name }) => name);
    expect(left.filter((key) => key.includes('cdb:') && !wire.includes(key))).toEqual(['cdb:run']);
  });
});

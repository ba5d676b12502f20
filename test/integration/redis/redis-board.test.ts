import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisSharedRuns } from '../../../src/adapters/redis/redis-board.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import type { SharedRun } from '../../../src/engine/ports/engine-board.js';
import { RedisServer } from './redis-fixture.js';

const RUN: SharedRun = {
  ...{ runGroup: 'run-a', identity: 'test', mode: 'paper', feed: 'test' },
  ...{ seed: 1, shards: 1, startedAtMs: 1, finished: false },
};

describe('the run that a Redis holds', () => {
  let server: RedisServer;
  let link: RedisLink;
  beforeAll(async () => {
    server = await RedisServer.start();
    link = await server.link();
  });
  afterAll(() => server.end());
  beforeEach(async () => {
    await link.call('begin with nothing', 'FLUSHALL');
  });

  it('is ended by its own processes only', async () => {
    const runs = redisSharedRuns(link);
    await runs.begin(RUN, null);
    await runs.finish('run-before');
    expect((await runs.current())?.finished).toBe(false);
    await runs.finish('run-a');
    expect((await runs.current())?.finished).toBe(true);
  });

  it('is not made by its end where the Redis has lost everything', async () => {
    await redisSharedRuns(link).finish('run-a');
    expect(await link.call('count', 'DBSIZE')).toBe(0);
  });

  it.each(['{bad', 'null', '{"runGroup":"x"}'])(
    'is refused by its key where it is %s',
    async (run) => {
      await link.call('write', 'HSET', 'cdb:run', 'runGroup', 'x', 'run', run);
      await expect(redisSharedRuns(link).current()).rejects.toMatchObject({
        name: 'DependencyError',
        message: expect.stringContaining('Cannot read the run in the key "cdb:run"') as string,
      });
    },
  );
});

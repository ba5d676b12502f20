import { afterAll, beforeAll, expect, it } from 'vitest';
import { redisSharedRuns } from '../../../src/adapters/redis/redis-board.js';
import { sharedRun } from '../shards/sharded-engine.js';
import { RedisServer } from './redis-fixture.js';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());

it('ends its own run and no other', async () => {
  const runs = redisSharedRuns(await server.link());
  await runs.begin(sharedRun('run-a', 1), null);
  await runs.begin(sharedRun('run-b', 1), 'run-a');
  // Of a process that was paused while another one began the next run.
  await runs.finish('run-a');
  expect(await runs.current()).toMatchObject({ runGroup: 'run-b', finished: false });
  await runs.finish('run-b');
  expect(await runs.current()).toMatchObject({ runGroup: 'run-b', finished: true });
});

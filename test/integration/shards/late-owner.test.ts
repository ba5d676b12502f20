import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pipelineLease, shardKeys } from '../../../src/adapters/redis/shard-keys.js';
import { bundleChild, type ChildBundle } from '../../bundle-child.js';
import { until } from '../embedded/embedded-fixture.js';
import { fourMarkets } from './four-markets.js';
import { ShardedFixture } from './sharded-fixture.js';

const CHILD_MS_MAX = 90_000;
const TRADES = 4_000;

let bundle: ChildBundle;
beforeAll(async () => {
  const cache = join(import.meta.dirname, '../../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  bundle = await bundleChild(join(import.meta.dirname, 'pipeline-child.ts'), cache);
});
afterAll(() => {
  bundle.remove();
});

let fixture: ShardedFixture;
let child: ChildProcess | null = null;
let said = '';
beforeEach(async () => {
  fixture = await ShardedFixture.start();
});
afterEach(async () => {
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await fixture.end();
});

function startChild(): ChildProcess {
  const { redis, database } = fixture;
  const words = [redis.url, JSON.stringify(database.connection), bundle.directory];
  const started = spawn(process.execPath, [bundle.script, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: CHILD_MS_MAX,
    killSignal: 'SIGKILL',
  });
  started.stdout.on('data', (part: Buffer) => (said += part.toString()));
  return started;
}

describe('an owner that was stopped for longer than its lease', () => {
  it('is refused by the fence when it goes on, and the run is whole', async () => {
    const owner = startChild();
    child = owner;
    const follower = fixture.engine({ roles: ['pipeline'] });
    let following: Promise<unknown> = Promise.resolve();
    const link = await fixture.redis.link();
    let isDone = false;
    const feed = await fourMarkets({
      trades: TRADES,
      onSaid: async () => {
        if (isDone) return;
        isDone = true;
        // Configuration and control first: what is not folded would be said again by the follower.
        const { meta } = shardKeys('run-a', 0);
        await until('the child folds', async () => {
          return Number(await link.call('look', 'HGET', meta, 'folded')) >= 2;
        });
        owner.kill('SIGSTOP');
        const lease = pipelineLease('run-a', 0);
        await until('its lease has ended', async () => {
          return (await link.call('look', 'EXISTS', lease)) === 0;
        });
        following = follower.run();
        await until('another one folds', () => (follower.pipelines.get(0)?.fold.seq ?? 0) > 0);
        owner.kill('SIGCONT');
      },
    });
    const rest = fixture.engine({ roles: ['ingest', 'writer'], feed });
    expect(await rest.run()).toBe('finished');
    await until('the child hears that it is late', () => /has another owner than/.test(said));
    follower.stop();
    await following;
    const token = Number(/has another owner than (\d+)/.exec(said)?.[1]);
    expect(said).toContain(`new, at input 0, token ${token}`);
    const fence = `${pipelineLease('run-a', 0)}:fence`;
    expect(Number(await link.call('look', 'GET', fence))).toBeGreaterThan(token);
    const [counted] = await fixture.database.run(
      'cdb',
      'SELECT max(seq)::int AS seq FROM audit_cursor',
    );
    const { meta } = shardKeys('run-a', 0);
    const [seq, given] = (await link.call(
      'look',
      'HMGET',
      meta,
      'seq',
      'src:feed:test',
    )) as string[];
    expect(counted).toEqual({ seq: Number(seq) });
    expect(Number(given)).toBe(TRADES * 4);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type pg from 'pg';
import { redisSharedRuns } from '../../../src/adapters/redis/redis-board.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { auditBatch } from '../../../src/engine/audit-rows.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import type { Output } from '../../../src/engine/domain/events.js';
import type { Feed } from '../../../src/engine/ports/feed.js';
import type { ShardedRun } from '../../../src/engine/shards/sharded-run.js';
import { replay } from '../../../src/engine/replay.js';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { DependencyError } from '../../../src/operator-error.js';
import { TcpProxy } from '../../fakes/network/tcp-proxy.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { until } from '../embedded/embedded-fixture.js';
import { fourMarkets } from './four-markets.js';
import { ALL_SYMBOLS, sharedRun } from './sharded-engine.js';
import { ShardedFixture } from './sharded-fixture.js';

type Story = Awaited<ReturnType<ShardedFixture['story']>>;

let fixture: ShardedFixture;
beforeEach(async () => {
  fixture = await ShardedFixture.start();
});
afterEach(() => fixture.end());

/** The same trades folded by one process without any of this, written by the same audit trail. */
async function storyOfOneProcess(feed: Feed): Promise<Story> {
  const facts: Output[] = [];
  const options = { hash: nodeHash, thresholds: ALL_SYMBOLS, seed: 7, mode: 'paper' } as const;
  const fold = await replay(
    feed,
    options,
    ({ outputs }) => facts.push(...outputs),
    () => Promise.resolve(),
    new AbortController().signal,
  );
  const run = {
    ...{ runId: '11111111-1111-5111-8111-111111111111', identity: 'one', mode: 'paper' },
    ...{ feed: 'test', seed: 7, codeVersion: 'test', configHash: 'test', startedAtMs: 1 },
  };
  const store = postgresAuditStore(fixture.pool);
  await store.startRun(run);
  const ids = runIds(nodeHash, run.runId);
  const context = { ids, hash: nodeHash, thresholds: () => ALL_SYMBOLS, venue: 'paper' };
  const whole = {
    seqFirst: 1,
    seqLast: fold.seq,
    digest: fold.digest,
    outputs: facts,
    arrivedAtMs: 0,
  };
  const batch = auditBatch(whole, context);
  if (batch !== null) await store.commit(batch);
  const story = await fixture.story();
  await fixture.pool.use('forget', async (client) => {
    // Decisions are append-only; this user may turn off what says so.
    await client.query(
      `SET session_replication_role = replica;
       TRUNCATE signals, risk_events, blocked_decisions, orders, trades, positions, correlation_ledger;
       RESET session_replication_role`,
    );
  });
  return story;
}

describe('a run on Redis', () => {
  it('decides what one process decides, also when two share four symbols', async () => {
    const feed = await fourMarkets();
    const expected = await storyOfOneProcess(feed);
    const lines = Object.values(expected).flat();
    expect(Object.keys(expected)).toHaveLength(4);
    expect(lines.filter((line) => line.startsWith('fill')).length).toBeGreaterThan(3);
    const first = fixture.engine({ feed, shards: 4 });
    const second = fixture.engine({ roles: ['pipeline'], shards: 4 });
    const seconds = second.run();
    expect(await first.run()).toBe('finished');
    // It ends with the run, without being told.
    expect(await seconds).toBe('finished');
    expect(fixture.notices.filter((text) => text.startsWith('engine-2')).join()).toMatch(
      /pipeline of shard \d: (new|taken)/,
    );
    expect(await fixture.story()).toEqual(expected);
  });

  it('is not finished when a feed that goes on is stopped', async () => {
    const few = await fourMarkets({ trades: 500 });
    const endless: Feed = {
      ...few,
      finite: false,
      inputs: async function* (skip, signal) {
        yield* few.inputs(skip, signal);
        await systemClock().sleep(600_000, signal);
      },
    };
    const link = await fixture.redis.link();
    await redisSharedRuns(link).begin(sharedRun('run-a', 1), null);
    const engine = fixture.engine({ feed: endless });
    const running = engine.run();
    const written = () => engine.writers.get(0)?.seqWritten === 2_002;
    await until('all of it is written', written);
    engine.stop();
    expect(await running).toBe('stopped');
    expect((await redisSharedRuns(link).current())?.finished).toBe(false);
  });

  it('ends when its feed fails, also with what would pass elsewhere', async () => {
    const link = await fixture.redis.link();
    await redisSharedRuns(link).begin(sharedRun('run-a', 1), null);
    const few = await fourMarkets({ trades: 500 });
    const broken: Feed = {
      ...few,
      inputs: async function* (skip, signal) {
        yield* few.inputs(skip, signal);
        throw new DependencyError('nobody answers', { dependency: 'venue', retryable: true });
      },
    };
    const engine = fixture.engine({ feed: broken });
    await expect(engine.run()).rejects.toThrow('nobody answers');
  });

  describe('in which something fails', () => {
    const TRADES_SOME = 5_000;
    let expected: Story;
    beforeEach(async () => {
      expected = await storyOfOneProcess(await fourMarkets({ trades: TRADES_SOME }));
    });

    function shardsOnRecord(): Promise<number> {
      return fixture.pool.use('look at the cursors', async (client) => {
        const { rows } = await client.query<{ count: number }>(
          'SELECT count(*)::int AS count FROM run_shards JOIN audit_cursor USING (run_id) WHERE seq > 0',
        );
        return rows[0]?.count ?? 0;
      });
    }

    /** Runs one engine, with a fault once half is said, and waits for the story to be whole. */
    async function runWithFault(fault: (engine: ShardedRun) => Promise<void>) {
      await runToItsEnd(fault);
      expect(await fixture.story()).toEqual(expected);
    }

    async function runToItsEnd(fault: (engine: ShardedRun) => Promise<void>) {
      let isDone = false;
      const engine: ShardedRun = fixture.engine({
        shards: 2,
        feed: await fourMarkets({
          trades: TRADES_SOME,
          onSaid: async (count) => {
            if (isDone || count < TRADES_SOME * 2) return;
            isDone = true;
            // Before, the shards may not even be begun: there is nothing yet that could be lost.
            await until('both shards are on record', async () => (await shardsOnRecord()) === 2);
            await fault(engine);
          },
        }),
      });
      expect(await engine.run()).toBe('finished');
      expect(isDone).toBe(true);
    }

    it('goes on where Redis was killed and came back', () =>
      runWithFault(async () => {
        await fixture.redis.kill();
        await fixture.redis.up();
      }));

    it('goes on where Redis takes nothing more for a while', () =>
      runWithFault(async () => {
        const link = await fixture.redis.link();
        await link.call('fill', 'CONFIG', 'SET', 'maxmemory', '1');
        await until('it is told', () => fixture.notices.some((text) => text.includes('OOM ')));
        await link.call('empty', 'CONFIG', 'SET', 'maxmemory', '0');
      }));

    it('begins the shards again where Redis has lost everything', async () => {
      await runWithFault(async () => {
        await (await fixture.redis.link()).call('lose everything', 'FLUSHALL');
      });
      expect(fixture.notices.join()).toMatch(/begun from the database/);
      // Whoever starts next finds it.
      const runs = redisSharedRuns(await fixture.redis.link());
      expect(await runs.current()).toMatchObject({ runGroup: 'run-a', finished: true });
    });

    it('goes on with a replica that has missed a part of it', async () => {
      const { redis } = fixture;
      const replica = await RedisServer.start('--replicaof', `127.0.0.1 ${redis.port}`);
      const proxy = await TcpProxy.start(redis.port);
      const control = await replica.link();
      let stage: 'copied' | 'left behind' | 'promoted' = 'copied';
      let leftAt = 0;
      const committed = async () => {
        const [row] = await fixture.database.run(
          'cdb',
          'SELECT sum(seq)::int AS n FROM audit_cursor',
        );
        return Number(row?.['n']);
      };
      try {
        const onSaid = async (count: number) => {
          if (stage === 'copied' && count >= TRADES_SOME) {
            await until('both shards are on record', async () => (await shardsOnRecord()) === 2);
            await until(
              'it has a copy',
              async () => Number(await control.call('look', 'DBSIZE')) > 3,
            );
            await control.call('leave behind', 'REPLICAOF', 'NO', 'ONE');
            leftAt = await committed();
            stage = 'left behind';
          } else if (stage === 'left behind' && count >= TRADES_SOME * 3) {
            await until('more was committed', async () => (await committed()) > leftAt + 2_000);
            await redis.kill();
            proxy.targetPort = replica.port;
            proxy.cut();
            stage = 'promoted';
          }
        };
        const engine = fixture.engine({
          shards: 2,
          url: `redis://127.0.0.1:${proxy.port}/0`,
          feed: await fourMarkets({ trades: TRADES_SOME, onSaid }),
        });
        expect(await engine.run()).toBe('finished');
        expect(stage).toBe('promoted');
        expect(fixture.notices.join()).toMatch(/begun from the database/);
        expect(await fixture.story()).toEqual(expected);
      } finally {
        await proxy.close();
        await replica.end();
      }
    });

    it('goes on where the database was killed and came back', async () => {
      await runToItsEnd(async ({ pipelines, writers }) => {
        await fixture.database.stop('SIGKILL');
        await fixture.database.startAgain();
        const isWritten = (shard: number) =>
          writers.get(shard)?.seqWritten === pipelines.get(shard)?.fold.seq;
        await until('what was folded is written', () => {
          return writers.size === 2 && pipelines.size === 2 && [0, 1].every(isWritten);
        });
      });
      // Orders stop while the audit is stalled, so what is decided is not the same.
      expect(await fixture.pool.use('compare the candles', differingCandles)).toEqual([]);
      for (const lines of Object.values(await fixture.story())) {
        const last = lines.findLast((line) => line.startsWith('risk') && line.includes('ALLOW'));
        expect(Number(last?.split(' ')[1])).toBeGreaterThan(LATE_MS);
      }
    });
  });
});

/** Of a trade that was said behind the fault. */
const LATE_MS = 1_582_331_243_942;

/** Two runs of the same trades have the same candles, whatever else differs. */
async function differingCandles(client: pg.PoolClient): Promise<readonly unknown[]> {
  const what = 'symbol, ts_ms, open, high, low, close, volume, trade_count';
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT ${what} FROM candles_1m GROUP BY ${what} HAVING count(*) <> 2`,
  );
  return rows;
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { openTradeFileFeed } from '../../../src/adapters/files-feed/trade-file-feed.js';
import { redisLeases } from '../../../src/adapters/redis/redis-leases.js';
import { redisShardLog } from '../../../src/adapters/redis/redis-shard-log.js';
import { pipelineLease } from '../../../src/adapters/redis/shard-keys.js';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { auditBatch } from '../../../src/engine/audit-rows.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import type { Output } from '../../../src/engine/domain/events.js';
import type { Feed } from '../../../src/engine/ports/feed.js';
import type { ShardedRun } from '../../../src/engine/shards/sharded-run.js';
import { replay } from '../../../src/engine/replay.js';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { until } from '../embedded/embedded-fixture.js';
import { ALL_SYMBOLS, ShardedFixture } from './sharded-fixture.js';

const TRADES = join(
  import.meta.dirname,
  '../../../data/sample/binance-futures-btcusdt-20200222.csv.gz',
);
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'];
const TRADES_MAX = 12_000;

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
    await client.query(
      'TRUNCATE signals, risk_events, blocked_decisions, orders, trades, positions, correlation_ledger',
    );
  });
  return story;
}

interface Pace {
  readonly trades?: number;
  /** Called after each batch, with how many inputs were said. */
  readonly onSaid?: (count: number) => Promise<void>;
}

/** Real trades of one market, said of four symbols in turns: each has all that a strategy needs. */
async function fourMarkets({ trades = TRADES_MAX, onSaid }: Pace = {}): Promise<Feed> {
  const feed = await openTradeFileFeed(TRADES);
  const inputs = async function* (skip: number, signal: AbortSignal) {
    let count = 0;
    for await (const batch of feed.inputs(0, signal)) {
      const room = trades - count;
      if (room <= 0) return;
      const said = batch
        .slice(0, room)
        .flatMap((input) =>
          input.kind === 'TradeObserved' ? SYMBOLS.map((symbol) => ({ ...input, symbol })) : [],
        );
      const before = count * SYMBOLS.length;
      count += Math.min(room, batch.length);
      yield said.slice(Math.max(0, skip - before));
      await onSaid?.(count * SYMBOLS.length);
    }
  };
  return { ...feed, identity: 'four markets', inputs };
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
    second.stop();
    expect(await seconds).toBe('stopped');
    expect(fixture.notices.filter((text) => text.startsWith('engine-2')).join()).toMatch(
      /pipeline of shard \d: (new|taken)/,
    );
    expect(await fixture.story()).toEqual(expected);
  });

  it('goes on with a shard that its owner has begun and not folded', async () => {
    const link = await fixture.redis.link();
    const lease = pipelineLease('run-a', 0);
    const answer = await redisLeases(link, 100).acquire(lease, 'gone', 0);
    const place = { runGroup: 'run-a', shard: 0, inputsMax: 1_000, waitReplicas: 0 };
    const log = redisShardLog({ data: link, waiting: link }, place);
    const token = answer.state === 'held' ? answer.token : 0;
    expect(await log.begin(token, { seq: 0, sources: {} }, [])).toBe(true);
    const engine = fixture.engine({ feed: await fourMarkets({ trades: 500 }) });
    expect(await engine.run()).toBe('finished');
    expect(await log.head()).toMatchObject({ writtenSeq: 2_002 });
  });

  describe('in which something fails', () => {
    const TRADES_SOME = 5_000;
    let expected: Story;
    beforeEach(async () => {
      expected = await storyOfOneProcess(await fourMarkets({ trades: TRADES_SOME }));
    });

    /** Runs one engine, with a fault once half is said, and waits for the story to be whole. */
    async function runWithFault(fault: (engine: ShardedRun) => Promise<void>, url?: string) {
      let isDone = false;
      const engine: ShardedRun = fixture.engine({
        shards: 2,
        ...(url !== undefined && { url }),
        feed: await fourMarkets({
          trades: TRADES_SOME,
          onSaid: async (count) => {
            if (isDone || count < TRADES_SOME * 2) return;
            isDone = true;
            await fault(engine);
          },
        }),
      });
      expect(await engine.run()).toBe('finished');
      expect(isDone).toBe(true);
      expect(await fixture.story()).toEqual(expected);
    }

    it('goes on where Redis was killed and came back', () =>
      runWithFault(async () => {
        await fixture.redis.kill();
        await fixture.redis.up();
      }));

    it('begins the shards again where Redis has lost everything', async () => {
      await runWithFault(async () => {
        await until('both shards have something on record', async () => {
          const [row] = await fixture.database.run(
            'cdb',
            'SELECT count(*) AS n FROM audit_cursor WHERE seq > 100',
          );
          return Number(row?.['n']) >= 3;
        });
        await (await fixture.redis.link()).call('lose everything', 'FLUSHALL');
      });
      expect(fixture.notices.join()).toMatch(/begun from the database/);
    });

    it('goes on where the database was killed and came back', () =>
      runWithFault(async () => {
        await fixture.database.stop('SIGKILL');
        await fixture.database.startAgain();
      }));
  });
});

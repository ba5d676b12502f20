import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalEventLog } from '../../../src/adapters/files/local-event-log.js';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { openPgPool, type PgPool } from '../../../src/adapters/postgres/pg-pool.js';
import { postgresShardStore } from '../../../src/adapters/postgres/shard-store.js';
import { redisBoard, redisSharedRuns } from '../../../src/adapters/redis/redis-board.js';
import { redisFactStreams } from '../../../src/adapters/redis/redis-fact-streams.js';
import { redisLeases } from '../../../src/adapters/redis/redis-leases.js';
import {
  openRedisLink,
  REDIS_LIMITS,
  untilAnswered,
  type RedisLink,
} from '../../../src/adapters/redis/redis-link.js';
import { redisShardLog } from '../../../src/adapters/redis/redis-shard-log.js';
import { redisShardLooks } from '../../../src/adapters/redis/redis-shard-looks.js';
import { redisKeys, redisTopics } from '../../../src/adapters/redis/redis-topics-keys.js';
import { feederLease, pipelineLease, writerLease } from '../../../src/adapters/redis/shard-keys.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../src/engine/domain/thresholds.js';
import { ROLES, type Role, type SharedRun } from '../../../src/engine/ports/engine-board.js';
import type { Feed } from '../../../src/engine/ports/feed.js';
import { ShardedRun } from '../../../src/engine/shards/sharded-run.js';
import { DependencyError } from '../../../src/operator-error.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../../src/schema/migration-files.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { ExternalPostgres } from '../postgres/external-postgres.js';

export const TRADING: ControlRecord = {
  level: 'TRADING',
  scopes: {},
  mode: 'paper',
  epoch: 1,
  reason: 'test',
  message: '',
  operator: 'test',
  atMs: 1_700_000_000_000,
  previousLevel: 'HALTED',
};

const { signal, breaker } = THRESHOLD_SETS.default;

/** Every symbol of the feed is traded, and no limit of the whole portfolio binds. */
export const ALL_SYMBOLS: Thresholds = {
  ...THRESHOLD_SETS.default,
  signal: { ...signal, symbol: '*' },
  breaker: { ...breaker, errorRateMaxFraction: 1, ordersPerMinMax: 1_000_000 },
};

interface EngineSettings {
  readonly roles?: readonly Role[];
  readonly feed?: Feed;
  readonly shards?: number;
  readonly thresholds?: Thresholds;
  readonly leaseMs?: number;
  /** Where Redis is reached: itself by default. */
  readonly url?: string;
  readonly runGroup?: string;
}

/** One Redis, one database, and engines that share them. */
export class ShardedFixture {
  readonly redis: RedisServer;
  readonly database: ExternalPostgres;
  readonly pool: PgPool;
  readonly notices: string[] = [];
  readonly #links: RedisLink[] = [];
  readonly #linksOf = new Map<ShardedRun, readonly RedisLink[]>();
  readonly #pools: PgPool[] = [];
  readonly #directories: string[] = [];
  #engines = 0;

  private constructor(redis: RedisServer, database: ExternalPostgres, pool: PgPool) {
    this.redis = redis;
    this.database = database;
    this.pool = pool;
  }

  static async start(): Promise<ShardedFixture> {
    const database = await ExternalPostgres.start();
    await withSqlSession(database.connection, 'test', (session) =>
      ensureSchema(session, {
        ...{ files: loadMigrations(), clock: systemClock(), cdbVersion: 'test', waitForLockMs: 0 },
      }),
    );
    const pool = openPgPool(database.connection, 'test');
    return new ShardedFixture(await RedisServer.start(), database, pool);
  }

  /** A process in the small: its own connections, its own journal. */
  engine(settings: EngineSettings = {}): ShardedRun {
    const { roles = ROLES, feed = null, shards = 1, thresholds = ALL_SYMBOLS } = settings;
    const { url = this.redis.url, runGroup = 'run-a', leaseMs = 1_000 } = settings;
    this.#engines += 1;
    const engineId = `engine-${this.#engines}`;
    const links: RedisLink[] = [];
    const open = (limits = REDIS_LIMITS): RedisLink => {
      const link = openRedisLink(url, engineId, limits);
      this.#links.push(link);
      links.push(link);
      return link;
    };
    const directory = mkdtempSync(join(tmpdir(), 'cdb-ingest-'));
    this.#directories.push(directory);
    const clock = systemClock();
    const control = open();
    const run: SharedRun = {
      ...{ runGroup, identity: `test|${shards}`, mode: 'paper', feed: 'test', seed: 7, shards },
      startedAtMs: 1_700_000_000_000,
      finished: false,
    };
    const engine = new ShardedRun(
      {
        leases: redisLeases(control, leaseMs),
        feederLease: feederLease(runGroup),
        board: redisBoard(control, runGroup),
        runs: redisSharedRuns(control),
        lookAtShards: redisShardLooks(control, { runGroup, shards }),
        openShard: async (shard, runId) => {
          const data = open();
          const links = { data, waiting: open({ ...REDIS_LIMITS, commandTimeoutMs: 2_500 }) };
          for (const link of Object.values(links)) await untilAnswered(link, clock, 5_000);
          return {
            log: redisShardLog(links, { runGroup, shard, inputsMax: 100_000, waitReplicas: 0 }),
            streams: redisFactStreams(data, runId),
            leases: {
              pipeline: pipelineLease(runGroup, shard),
              writer: writerLease(runGroup, shard),
            },
          };
        },
        audit: postgresAuditStore(this.pool),
        store: postgresShardStore(this.pool),
        topics: redisTopics(open()),
        keys: redisKeys(open()),
        clock,
        hash: nodeHash,
        control: () => TRADING,
        feed:
          feed === null
            ? null
            : { feed, journal: openLocalEventLog(directory, { clock }), source: 'feed:test' },
        onCommitted: () => undefined,
        isOutage: (error) => error instanceof DependencyError,
        onNotice: (text) => {
          this.notices.push(`${engineId}: ${text}`);
        },
      },
      {
        ...{ engineId, host: 'test', pid: process.pid, roles, run, mode: 'paper', thresholds },
        ...{ codeVersion: 'test', configHash: 'test', syncJournal: false },
        journalBytesMax: 1_000_000_000,
        pipeline: {
          ...{ batchInputsMax: 512, waitMs: 50, unwrittenMax: 100_000 },
          ...{ snapshotEveryInputs: 5_000, snapshotEveryMs: 5_000 },
        },
        writer: {
          ...{ factsPerCommitMax: 500, batchesPerRead: 64, waitMs: 50, idleMs: 200 },
          idleInputsMax: 2_000,
        },
      },
    );
    this.#linksOf.set(engine, links);
    return engine;
  }

  /** As others see a process that is killed: it says nothing any more, and gives nothing back. */
  kill(engine: ShardedRun): void {
    for (const link of this.#linksOf.get(engine) ?? []) link.close();
    engine.stop();
  }

  /** What was decided and done of each symbol, without what depends on the run or on a shard. */
  async story(): Promise<Readonly<Record<string, readonly string[]>>> {
    return this.pool.use('read the story', async (client) => {
      const { rows } = await client.query<{ symbol: string; line: string }>(STORY);
      const story: Record<string, string[]> = {};
      for (const { symbol, line } of rows) (story[symbol] ??= []).push(line);
      return story;
    });
  }

  async end(): Promise<void> {
    for (const link of this.#links.splice(0)) link.close();
    await this.pool.close();
    for (const pool of this.#pools.splice(0)) await pool.close();
    await this.redis.end();
    await this.database.end();
    for (const path of this.#directories.splice(0)) rmSync(path, { recursive: true, force: true });
  }
}

/** Decisions, orders and fills in the order of their time; ids and hashes are of the run. */
const STORY = `
  SELECT symbol, 'risk ' || timestamp_ms || ' ' || decision || ' ' || coalesce(reason_code, '-') AS line,
         timestamp_ms AS at, 1 AS kind, seq, ord
    FROM risk_events
  UNION ALL
  SELECT symbol, 'order ' || side || ' ' || size || ' ' || coalesce(price::text, '-') || ' ' || status
         || ' ' || coalesce(avg_fill_price::text, '-'),
         (extract(epoch FROM created_at) * 1000)::bigint, 2, 0, 0
    FROM orders
  UNION ALL
  SELECT symbol, 'fill ' || side || ' ' || size || ' ' || price || ' ' || coalesce(fees::text, '-'),
         (extract(epoch FROM timestamp) * 1000)::bigint, 3, 0, 0
    FROM trades
  ORDER BY symbol, at, kind, seq, ord, line`;

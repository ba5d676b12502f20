import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPgPool, type PgPool } from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../../src/schema/migration-files.js';
import type { ShardedRun } from '../../../src/engine/shards/sharded-run.js';
import { ExternalPostgres } from '../postgres/external-postgres.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { shardedEngine, type EngineSettings } from './sharded-engine.js';

/** One Redis, one database, and engines that share them. */
export class ShardedFixture {
  readonly redis: RedisServer;
  readonly database: ExternalPostgres;
  readonly pool: PgPool;
  readonly notices: string[] = [];
  readonly #links: RedisLink[] = [];
  readonly #linksOf = new Map<ShardedRun, readonly RedisLink[]>();
  readonly #directories: string[] = [];
  #engines = 0;

  private constructor(redis: RedisServer, database: ExternalPostgres, pool: PgPool) {
    this.redis = redis;
    this.database = database;
    this.pool = pool;
  }

  static async start(...redisFlags: readonly string[]): Promise<ShardedFixture> {
    const database = await ExternalPostgres.start();
    await withSqlSession(database.connection, 'test', (session) =>
      ensureSchema(session, {
        ...{ files: loadMigrations(), clock: systemClock(), cdbVersion: 'test', waitForLockMs: 0 },
      }),
    );
    const pool = openPgPool(database.connection, 'test');
    return new ShardedFixture(await RedisServer.start(...redisFlags), database, pool);
  }

  engine(settings: EngineSettings = {}): ShardedRun {
    this.#engines += 1;
    const directory = mkdtempSync(join(tmpdir(), 'cdb-ingest-'));
    this.#directories.push(directory);
    const links: RedisLink[] = [];
    const engine = shardedEngine(settings, {
      engineId: `engine-${this.#engines}`,
      ...{ pool: this.pool, url: this.redis.url, directory },
      onLink: (link) => {
        links.push(link);
        this.#links.push(link);
      },
      onNotice: (text) => this.notices.push(text),
    });
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
    await this.redis.end();
    await this.database.end();
    for (const path of this.#directories.splice(0)) rmSync(path, { recursive: true, force: true });
  }
}

/** Decisions, orders and fills in the order of their time; ids and hashes are of the run. */
export const STORY = `
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

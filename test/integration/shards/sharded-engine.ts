import { openLocalEventLog } from '../../../src/adapters/files/local-event-log.js';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import type { PgPool } from '../../../src/adapters/postgres/pg-pool.js';
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
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../src/engine/domain/thresholds.js';
import { ROLES, type Role, type SharedRun } from '../../../src/engine/ports/engine-board.js';
import type { Feed } from '../../../src/engine/ports/feed.js';
import type { Leases } from '../../../src/engine/ports/shard-log.js';
import { ShardedRun } from '../../../src/engine/shards/sharded-run.js';
import { DependencyError } from '../../../src/operator-error.js';

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

export interface EngineSettings {
  /** What its register says; TRADING where nothing is said. */
  readonly control?: () => ControlRecord;
  readonly roles?: readonly Role[];
  readonly feed?: Feed;
  readonly shards?: number;
  readonly thresholds?: Thresholds;
  readonly leaseMs?: number;
  /** Where Redis is reached: itself by default. */
  readonly url?: string;
  readonly runGroup?: string;
  /** What a test puts in the place of a lease's own steps. */
  readonly lease?: Partial<Leases>;
}

export interface EnginePlace {
  readonly engineId: string;
  readonly pool: PgPool;
  /** Where Redis is. */
  readonly url: string;
  /** Of its journal. */
  readonly directory: string;
  readonly onLink: (link: RedisLink) => void;
  readonly onNotice: (text: string) => void;
}

export function sharedRun(runGroup: string, shards: number): SharedRun {
  return {
    ...{ runGroup, identity: `test|${shards}`, mode: 'paper', feed: 'test', seed: 7, shards },
    startedAtMs: 1_700_000_000_000,
    finished: false,
  };
}

/** A process in the small: its own connections, its own journal. */
export function shardedEngine(settings: EngineSettings, place: EnginePlace): ShardedRun {
  const { roles = ROLES, feed = null, shards = 1, thresholds = ALL_SYMBOLS } = settings;
  const { runGroup = 'run-a', leaseMs = 1_000 } = settings;
  const { engineId, pool, directory } = place;
  const open = (limits = REDIS_LIMITS): RedisLink => {
    const link = openRedisLink(settings.url ?? place.url, engineId, limits);
    place.onLink(link);
    return link;
  };
  const clock = systemClock();
  const control = open();
  const run = sharedRun(runGroup, shards);
  return new ShardedRun(
    {
      leases: { ...redisLeases(control, leaseMs), ...settings.lease },
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
      audit: postgresAuditStore(pool),
      store: postgresShardStore(pool),
      topics: redisTopics(open()),
      keys: redisKeys(open()),
      clock,
      hash: nodeHash,
      control: settings.control ?? (() => TRADING),
      gateControl: settings.control ?? (() => TRADING),
      feed:
        feed === null
          ? null
          : { feed, journal: openLocalEventLog(directory, { clock }), source: 'feed:test' },
      onCommitted: () => undefined,
      isOutage: (error) => error instanceof DependencyError,
      onNotice: (text) => {
        place.onNotice(`${engineId}: ${text}`);
      },
    },
    {
      ...{ engineId, host: 'test', pid: process.pid, roles, run, thresholds },
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
}

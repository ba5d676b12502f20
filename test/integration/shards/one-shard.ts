import { expect } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { postgresShardStore } from '../../../src/adapters/postgres/shard-store.js';
import { redisLeases } from '../../../src/adapters/redis/redis-leases.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { redisShardLog } from '../../../src/adapters/redis/redis-shard-log.js';
import { pipelineLease } from '../../../src/adapters/redis/shard-keys.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import { THRESHOLD_SETS } from '../../../src/engine/domain/thresholds.js';
import { EngineFigures } from '../../../src/engine/figures.js';
import type { FenceToken, ShardLog } from '../../../src/engine/ports/shard-log.js';
import type { ShardStore } from '../../../src/engine/ports/shard-store.js';
import { ShardPipeline } from '../../../src/engine/shards/shard-pipeline.js';
import { ShardWriter, type WriterDeps } from '../../../src/engine/shards/shard-writer.js';
import type { ShardedFixture } from './sharded-fixture.js';

const GROUP = 'run-a';

/** One shard on a real Redis and a real database, worked on turn by turn. */
export class OneShard {
  /** A test may put another one in its place. */
  log: ShardLog;
  readonly link: RedisLink;
  readonly store: ShardStore;
  readonly runId: string;
  readonly #fixture: ShardedFixture;

  private constructor(fixture: ShardedFixture, link: RedisLink, runId: string) {
    this.#fixture = fixture;
    this.link = link;
    this.runId = runId;
    this.store = postgresShardStore(fixture.pool);
    this.log = redisShardLog(
      { data: link, waiting: link },
      { runGroup: GROUP, shard: 0, inputsMax: 1_000, waitReplicas: 0 },
    );
  }

  /** @param digit one for each shard of the same fixture */
  static async open(fixture: ShardedFixture, digit: number): Promise<OneShard> {
    const link = await fixture.redis.link();
    const shard = new OneShard(
      fixture,
      link,
      `33333333-3333-5333-8333-${String(digit).padStart(12, '3')}`,
    );
    await shard.loseRedis();
    return shard;
  }

  get record() {
    return {
      ...{ runId: this.runId, identity: 'test', mode: 'paper', feed: 'test', seed: 7 },
      ...{ codeVersion: 'test', configHash: 'test', startedAtMs: 1, runGroup: GROUP, shard: 0 },
    };
  }

  async loseRedis(): Promise<void> {
    await this.link.call('lose everything', 'FLUSHALL');
  }

  async owner(control: ControlRecord, unwrittenMax = 1_000): Promise<ShardPipeline> {
    const answer = await redisLeases(this.link, 60_000).acquire(pipelineLease(GROUP, 0), 'a', 100);
    if (answer.state === 'taken') throw new Error(`taken by ${answer.owner}`);
    return new ShardPipeline(
      {
        ...{ run: this.record, log: this.log, store: this.store, clock: systemClock() },
        ...{ hash: nodeHash, figures: new EngineFigures(), control: () => control },
        onNotice: () => undefined,
        config: {
          ...{ codeVersion: 'test', configHash: 'test', seed: 7, mode: 'paper' },
          thresholds: THRESHOLD_SETS.default,
        },
        limits: {
          ...{ batchInputsMax: 100, waitMs: 10, unwrittenMax },
          ...{ snapshotEveryInputs: 1_000, snapshotEveryMs: 60_000 },
        },
      },
      answer.token,
    );
  }

  async writer(
    token: FenceToken,
    publish: WriterDeps['publish'] = () => Promise.resolve(),
  ): Promise<ShardWriter> {
    const thresholds = () => THRESHOLD_SETS.default;
    const ids = runIds(nodeHash, this.runId);
    const writer = new ShardWriter(
      {
        ...{ run: this.record, log: this.log, store: this.store, clock: systemClock() },
        audit: postgresAuditStore(this.#fixture.pool),
        ...{ figures: new EngineFigures(), publish },
        rows: { ids, hash: nodeHash, thresholds, venue: 'paper' },
        limits: {
          ...{ factsPerCommitMax: 100, batchesPerRead: 64, waitMs: 10 },
          ...{ idleMs: 0, idleInputsMax: 1_000 },
        },
      },
      token,
    );
    await writer.recover();
    return writer;
  }

  /** What the venue says, as ingest gives it: again from the place that the shard knows. */
  async feed(from: number, to: number): Promise<void> {
    const inputs = Array.from({ length: to - from + 1 }, (_, i) => ({
      offset: from + i,
      input: { kind: 'TimerElapsed', atMs: from + i } as const,
    }));
    const { state } = await this.log.deliver({ source: 'f', afterOffset: from - 1, inputs });
    expect(state).toBe('taken');
  }
}

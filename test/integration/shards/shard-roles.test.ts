import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { redisLeases } from '../../../src/adapters/redis/redis-leases.js';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { redisShardLog } from '../../../src/adapters/redis/redis-shard-log.js';
import { pipelineLease } from '../../../src/adapters/redis/shard-keys.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import type { FoldedBatch } from '../../../src/engine/domain/folded-batch.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import type { Input, OrderReported } from '../../../src/engine/domain/inputs.js';
import { THRESHOLD_SETS } from '../../../src/engine/domain/thresholds.js';
import { EngineFigures } from '../../../src/engine/figures.js';
import type { FenceToken, ShardLog } from '../../../src/engine/ports/shard-log.js';
import type { ShardStore } from '../../../src/engine/ports/shard-store.js';
import { ShardPipeline } from '../../../src/engine/shards/shard-pipeline.js';
import { ShardWriter } from '../../../src/engine/shards/shard-writer.js';
import { MemoryAuditStore } from '../../fakes/engine/memory-audit-store.js';
import { MemorySnapshotStore } from '../../fakes/engine/memory-snapshot-store.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { TRADING } from './sharded-engine.js';

const GROUP = 'run-a';
const RUN = {
  ...{ runId: '22222222-2222-5222-8222-222222222222', identity: 'test', mode: 'paper' },
  ...{ feed: 'test', seed: 7, codeVersion: 'test', configHash: 'test', startedAtMs: 1 },
  ...{ runGroup: GROUP, shard: 0 },
} as const;
const timer = (atMs: number): Input => ({ kind: 'TimerElapsed', atMs });

let server: RedisServer;
let link: RedisLink;
let log: ShardLog;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.end());
beforeEach(async () => {
  link = await server.link();
  await link.call('begin with nothing', 'FLUSHALL');
  log = redisShardLog(
    { data: link, waiting: link },
    { runGroup: GROUP, shard: 0, inputsMax: 10, waitReplicas: 0 },
  );
});

async function takeShard(): Promise<FenceToken> {
  const answer = await redisLeases(link, 60_000).acquire(pipelineLease(GROUP, 0), 'a', 100);
  if (answer.state === 'taken') throw new Error(`taken by ${answer.owner}`);
  return answer.token;
}

/** A database that keeps nothing but the cursor. */
function storeOf(audit: MemoryAuditStore): ShardStore {
  return {
    startRun: () => Promise.resolve(),
    newestGroup: () => Promise.resolve(null),
    cursor: async (runId) => {
      const cursor = await audit.cursor(runId);
      return cursor === null ? null : { ...cursor, sources: {} };
    },
    writerToken: () => Promise.resolve(0),
    claim: () => Promise.resolve(),
    endWriting: async (runId) => {
      const cursor = await audit.cursor(runId);
      return cursor === null ? null : { ...cursor, sources: {} };
    },
    inputs: async function* () {
      // Nothing is ever lost here.
    },
    snapshots: new MemorySnapshotStore(),
  };
}

async function writerOf(audit: MemoryAuditStore, token: FenceToken): Promise<ShardWriter> {
  const thresholds = () => THRESHOLD_SETS.default;
  const writer = new ShardWriter(
    {
      ...{ run: RUN, log, audit, store: storeOf(audit), clock: systemClock() },
      rows: { ids: runIds(nodeHash, RUN.runId), hash: nodeHash, thresholds, venue: 'paper' },
      figures: new EngineFigures(),
      publish: () => Promise.resolve(),
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

async function pipelineOf(
  token: FenceToken,
  control: ControlRecord | (() => ControlRecord),
): Promise<ShardPipeline> {
  const pipeline = new ShardPipeline(
    {
      ...{ run: RUN, log, store: storeOf(new MemoryAuditStore()), clock: systemClock() },
      ...{ hash: nodeHash, figures: new EngineFigures() },
      control: typeof control === 'function' ? control : () => control,
      config: {
        ...{ codeVersion: 'test', configHash: 'test', seed: 7 },
        thresholds: THRESHOLD_SETS.default,
      },
      limits: {
        ...{ batchInputsMax: 100, waitMs: 10, unwrittenMax: 1_000 },
        ...{ snapshotEveryInputs: 1_000, snapshotEveryMs: 60_000 },
      },
      onNotice: () => undefined,
    },
    token,
  );
  await pipeline.recover();
  return pipeline;
}

/** What the fold is told, beside time. */
async function told(): Promise<readonly Input['kind'][]> {
  const inputs = await log.read(0, 100, 0);
  return inputs.map(({ input }) => input.kind).filter((kind) => kind !== 'TimerElapsed');
}

async function folded(token: FenceToken, seqFirst: number, seqLast: number): Promise<void> {
  const batch: FoldedBatch = { seqFirst, seqLast, digest: 'd', outputs: [], arrivedAtMs: 0 };
  expect((await log.putFacts(token, batch)).state).toBe('taken');
}

async function beginWithTimers(count: number): Promise<FenceToken> {
  const token = await takeShard();
  const opening = Array.from({ length: count }, (_, i) => timer(i + 1));
  expect(await log.begin(token, { seq: 0, sources: {} }, opening)).toBe(true);
  return token;
}

describe('the writer of a shard', () => {
  const refused: OrderReported = {
    kind: 'OrderReported',
    orderRef: { seq: 1, ord: 0 },
    symbol: 'BTCUSDT',
    status: 'REJECTED',
    message: 'halted',
    atMs: 1,
  };

  it('says that the audit is well again, also of a stall that a former writer told', async () => {
    const owner = await beginWithTimers(4);
    await folded(owner, 1, 2);
    const audit = new MemoryAuditStore();
    audit.outage = 'before';
    const first = await writerOf(audit, 1);
    await expect(first.turn()).rejects.toThrow();
    await expect(first.turn()).rejects.toThrow();
    expect(await told()).toEqual(['AuditStalled']);
    audit.outage = 'none';
    const second = await writerOf(audit, 2);
    expect(await second.turn()).toBe(2);
    expect(await told()).toEqual(['AuditStalled', 'AuditRecovered']);
    await folded(owner, 3, 4);
    expect(await second.turn()).toBe(2);
    expect(await told()).toEqual(['AuditStalled', 'AuditRecovered']);
  });

  it('says of one stall once, however many writers come and go meanwhile', async () => {
    await folded(await beginWithTimers(2), 1, 2);
    const audit = new MemoryAuditStore();
    audit.outage = 'before';
    for (const token of [1, 2, 3]) {
      await expect((await writerOf(audit, token)).turn()).rejects.toThrow();
    }
    expect(await told()).toEqual(['AuditStalled']);
    audit.outage = 'none';
    expect(await (await writerOf(audit, 4)).turn()).toBe(2);
    audit.outage = 'before';
    await folded(await takeShard(), 3, 4);
    await expect((await writerOf(audit, 5)).turn()).rejects.toThrow();
    expect(await told()).toEqual(['AuditStalled', 'AuditRecovered', 'AuditStalled']);
    const sources = Object.keys((await log.head())?.sources ?? {});
    expect(sources.filter((source) => source.startsWith('stall'))).toHaveLength(1);
  });

  it('says so as well where only the answer of the commit was lost', async () => {
    await folded(await beginWithTimers(2), 1, 2);
    const audit = new MemoryAuditStore();
    audit.outage = 'after';
    await expect((await writerOf(audit, 1)).turn()).rejects.toThrow();
    audit.outage = 'none';
    const second = await writerOf(audit, 2);
    await second.turn();
    expect(await second.turn()).toBe(0);
    expect(await told()).toEqual(['AuditStalled', 'AuditRecovered']);
  });

  it('takes what waits in one transaction', async () => {
    const owner = await beginWithTimers(40);
    for (let seq = 1; seq <= 40; seq += 1) await folded(owner, seq, seq);
    const audit = new MemoryAuditStore();
    const writer = await writerOf(audit, 1);
    const taken: number[] = [];
    while (writer.seqWritten < 40) taken.push(await writer.turn());
    expect(taken).toEqual([40]);
    expect(audit.attempts).toBe(1);
  });

  it('reports to the end what it has begun under the same token', async () => {
    await beginWithTimers(1);
    await (await writerOf(new MemoryAuditStore(), 1)).report(refused);
    await (await writerOf(new MemoryAuditStore(), 1)).report(refused);
    expect(await told()).toEqual(['OrderReported', 'OrderReported']);
  });

  it('does not take a report for told where the shard is gone', async () => {
    await beginWithTimers(1);
    const writer = await writerOf(new MemoryAuditStore(), 1);
    await link.call('lose everything', 'FLUSHALL');
    await expect(writer.report(refused)).rejects.toThrow(/does not take a report \(absent\)/);
  });

  it('reports also where no trade is taken any more', async () => {
    await beginWithTimers(1);
    const inputs = Array.from({ length: 9 }, (_, i) => ({ offset: i + 1, input: timer(i) }));
    const full = { source: 'f', afterOffset: 0, inputs, feeder: 1 };
    expect((await log.deliver(full)).state).toBe('taken');
    const more = { source: 'f', afterOffset: 9, inputs: [{ offset: 10, input: timer(9) }] };
    expect((await log.deliver({ ...more, feeder: 1 })).state).toBe('full');
    await (await writerOf(new MemoryAuditStore(), 1)).report(refused);
    expect(await told()).toEqual(['OrderReported']);
  });
});

describe('the owner of a shard', () => {
  it('takes a shard that another one has begun and not yet folded', async () => {
    await beginWithTimers(2);
    const owner = await pipelineOf(await takeShard(), TRADING);
    expect(await owner.turn()).toBe(4);
    expect(await told()).toEqual(['ConfigChanged', 'ControlChanged']);
  });

  it('says what is stopped for a part, also where another host has changed more often', async () => {
    // Of two hosts the highest epoch holds, and that of the other one does not show its changes.
    let scopes: ControlRecord['scopes'] = { 'symbol:BTCUSDT': 'HALTED', 'strategy:a': 'REDUCING' };
    const owner = await pipelineOf(await takeShard(), () => ({ ...TRADING, scopes }));
    await owner.turn();
    scopes = { 'strategy:a': 'REDUCING', 'symbol:BTCUSDT': 'HALTED' };
    await owner.turn();
    expect(await told()).toEqual(['ConfigChanged', 'ControlChanged']);
    for (const next of [{ 'symbol:BTCUSDT': 'HALTED' }, { 'symbol:BTCUSDT': 'REDUCING' }, {}]) {
      scopes = next as ControlRecord['scopes'];
      await owner.turn();
      expect(owner.fold.state.control.scopes).toEqual(scopes);
    }
  });

  it('says what is new also where it takes the shard again', async () => {
    const token = await takeShard();
    await (await pipelineOf(token, TRADING)).turn();
    const next = await takeShard();
    expect(next).toBeGreaterThan(token);
    const halting = await pipelineOf(next, { ...TRADING, level: 'HALTED', epoch: 2 });
    await halting.turn();
    expect(halting.fold.state.control.level).toBe('HALTED');
    const again = await pipelineOf(next, { ...TRADING, epoch: 3 });
    await again.turn();
    expect(again.fold.state.control.epoch).toBe(3);
  });
});

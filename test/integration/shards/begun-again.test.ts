import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
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
import { Fenced } from '../../../src/engine/ports/fenced.js';
import type { FenceToken, ShardLog } from '../../../src/engine/ports/shard-log.js';
import type { ShardStore } from '../../../src/engine/ports/shard-store.js';
import { ShardPipeline } from '../../../src/engine/shards/shard-pipeline.js';
import { ShardWriter } from '../../../src/engine/shards/shard-writer.js';
import { until } from '../embedded/embedded-fixture.js';
import { TRADING } from './sharded-engine.js';
import { ShardedFixture } from './sharded-fixture.js';

const GROUP = 'run-a';
const HALTED: ControlRecord = { ...TRADING, level: 'HALTED', epoch: 2 };

let fixture: ShardedFixture;
let link: RedisLink;
let log: ShardLog;
let store: ShardStore;
let runId: string;
let runs = 0;
beforeAll(async () => {
  fixture = await ShardedFixture.start();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  link = await fixture.redis.link();
  await link.call('begin with nothing', 'FLUSHALL');
  log = redisShardLog(
    { data: link, waiting: link },
    { runGroup: GROUP, shard: 0, inputsMax: 1_000, waitReplicas: 0 },
  );
  store = postgresShardStore(fixture.pool);
  runs += 1;
  runId = `33333333-3333-5333-8333-33333333333${runs}`;
});

const record = () => ({
  ...{ runId, identity: 'test', mode: 'paper', feed: 'test', seed: 7 },
  ...{ codeVersion: 'test', configHash: 'test', startedAtMs: 1, runGroup: GROUP, shard: 0 },
});

async function ownerOf(control: ControlRecord): Promise<ShardPipeline> {
  const answer = await redisLeases(link, 60_000).acquire(pipelineLease(GROUP, 0), 'a', 100);
  if (answer.state === 'taken') throw new Error(`taken by ${answer.owner}`);
  return new ShardPipeline(
    {
      ...{ run: record(), log, store, clock: systemClock(), hash: nodeHash },
      ...{ figures: new EngineFigures(), control: () => control, onNotice: () => undefined },
      config: {
        ...{ codeVersion: 'test', configHash: 'test', seed: 7, mode: 'paper' },
        thresholds: THRESHOLD_SETS.default,
      },
      limits: {
        ...{ batchInputsMax: 100, waitMs: 10, unwrittenMax: 1_000 },
        ...{ snapshotEveryInputs: 1_000, snapshotEveryMs: 60_000 },
      },
    },
    answer.token,
  );
}

async function writerOf(token: FenceToken): Promise<ShardWriter> {
  const thresholds = () => THRESHOLD_SETS.default;
  const writer = new ShardWriter(
    {
      ...{ run: record(), log, audit: postgresAuditStore(fixture.pool), store },
      ...{ clock: systemClock(), figures: new EngineFigures(), publish: () => Promise.resolve() },
      rows: { ids: runIds(nodeHash, runId), hash: nodeHash, thresholds, venue: 'paper' },
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
async function feed(from: number, to: number): Promise<void> {
  const inputs = Array.from({ length: to - from + 1 }, (_, i) => ({
    offset: from + i,
    input: { kind: 'TimerElapsed', atMs: from + i } as const,
  }));
  const { state } = await log.deliver({ source: 'f', afterOffset: from - 1, inputs });
  expect(state).toBe('taken');
}

/** Holds back every commit at its first step. @returns lets them go */
async function holdCommits(): Promise<() => Promise<void>> {
  const client = new pg.Client(fixture.database.connection);
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM audit_cursor WHERE run_id = $1 FOR UPDATE', [runId]);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

const waiting = async () => {
  const [row] = await fixture.database.run(
    'cdb',
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'`,
  );
  return Number(row?.['n']);
};

/** A commit of inputs 5 to 7 is under way when Redis loses everything. */
async function loseWhileCommitting() {
  const first = await ownerOf(TRADING);
  await first.recover();
  await feed(1, 2);
  await first.turn();
  const writer = await writerOf(100);
  expect(await writer.turn()).toBe(4);
  await feed(3, 5);
  await first.turn();
  // One that has never committed: its token is in no transaction yet.
  const next = await writerOf(109);
  const release = await holdCommits();
  const committing = next.turn().then(
    () => 'committed',
    (error: unknown) => String(error),
  );
  await until('the commit waits', async () => (await waiting()) === 1);
  await link.call('lose everything', 'FLUSHALL');
  return { release, committing };
}

/** Everything that is kept folds to what is on record: nothing of two histories is in it. */
async function expectOneHistory(owner: ShardPipeline): Promise<void> {
  while ((await owner.turn()) > 0);
  const writer = await writerOf(1_000);
  while ((await writer.turn()) > 0);
  expect(writer.seqWritten).toBe(owner.fold.seq);
  expect(await store.cursor(runId)).toMatchObject({
    seq: owner.fold.seq,
    digest: owner.fold.digest,
  });
  const packs = await fixture.database.run(
    'cdb',
    `SELECT seq_first::int AS first, seq_last::int AS last FROM run_inputs
      WHERE run_id = '${runId}' ORDER BY seq_last`,
  );
  expect(packs.map(({ first }) => Number(first) - 1)).toEqual([
    0,
    ...packs.slice(0, -1).map(({ last }) => last),
  ]);
  await link.call('lose everything', 'FLUSHALL');
  const next = await ownerOf(HALTED);
  expect((await next.recover()).state).toBe('lost');
  expect([next.fold.seq, next.fold.digest]).toEqual([owner.fold.seq, owner.fold.digest]);
}

describe('a writer that another one has followed', () => {
  it('is refused, and does not tell the fold that the audit is stalled', async () => {
    const owner = await ownerOf(TRADING);
    await owner.recover();
    await feed(1, 2);
    await owner.turn();
    const late = await writerOf(100);
    const next = await writerOf(101);
    await expect(late.turn()).rejects.toBeInstanceOf(Fenced);
    expect([late.state, (await log.head())?.seq]).toEqual(['ok', 4]);
    expect(await next.turn()).toBe(4);
  });

  it('is not one that was there before the shard was begun', async () => {
    await store.startRun(record());
    const early = await writerOf(100);
    expect(await early.turn()).toBe(0);
    const owner = await ownerOf(TRADING);
    await owner.recover();
    await feed(1, 2);
    await owner.turn();
    expect(await early.turn()).toBe(4);
  });
});

describe('what a shard commits', () => {
  it.each([
    ['leaves inputs out', 4],
    ['has inputs that are on record already', 2],
  ])('is refused where it %s', async (_, seqFirst) => {
    await store.startRun(record());
    const audit = postgresAuditStore(fixture.pool);
    const commit = (first: number, seqLast: number) => {
      const progress = { token: 100, inputs: [], sources: {} };
      const batch = { runId, seqFirst: first, seqLast, digest: `digest ${seqLast}`, rows: {} };
      return audit.commit({ ...batch, shard: progress });
    };
    await commit(1, 2);
    await expect(commit(seqFirst, 5)).rejects.toThrow(/the record of the shard ends at input 2/);
    expect(await store.cursor(runId)).toMatchObject({ seq: 2 });
    await commit(3, 5);
    await commit(3, 5);
    expect(await store.cursor(runId)).toMatchObject({ seq: 5 });
  });
});

describe('what the database keeps of a shard', () => {
  const snapshot = (seq: number) => ({
    ...{ runId, seq, digest: `digest ${seq}`, codeVersion: 'test', configHash: 'test' },
    ...{ stateShape: 'test', state: '{}' },
  });
  const commit = async (seqFirst: number, seqLast: number) => {
    const inputs = Array.from({ length: seqLast - seqFirst + 1 }, (_, i) => ({
      ...{ seq: seqFirst + i, source: 'f', offset: seqFirst + i },
      input: { kind: 'TimerElapsed', atMs: 1 } as const,
    }));
    const shard = { token: 100, inputs, sources: { f: seqLast } };
    const batch = { runId, seqFirst, seqLast, digest: `digest ${seqLast}`, rows: {}, shard };
    await postgresAuditStore(fixture.pool).commit(batch);
  };
  const kept = async () => {
    const seqs: number[] = [];
    for await (const inputs of store.inputs(runId, 0)) seqs.push(...inputs.map(({ seq }) => seq));
    return seqs;
  };

  it('is enough to begin at the older of two snapshots', async () => {
    await store.startRun(record());
    for (const first of [1, 4, 7, 10]) await commit(first, first + 2);
    await store.snapshots.save(snapshot(3));
    expect((await kept())[0]).toBe(1);
    await store.snapshots.save(snapshot(6));
    expect((await kept())[0]).toBe(4);
    await store.snapshots.save(snapshot(9));
    expect(await kept()).toEqual([7, 8, 9, 10, 11, 12]);
    const { snapshots } = await store.snapshots.load(runId);
    expect(snapshots.map(({ seq }) => seq)).toEqual([9, 6]);
  });
});

describe('an owner that takes a shard', () => {
  it('does not go on where the record says otherwise, also behind where the record ends', async () => {
    const first = await ownerOf(TRADING);
    await first.recover();
    await feed(1, 2);
    await first.turn();
    await (await writerOf(100)).turn();
    await feed(3, 5);
    await first.turn();
    await fixture.database.run(
      'cdb',
      `UPDATE audit_cursor SET digest = 'of another history' WHERE run_id = '${runId}'`,
    );
    await expect((await ownerOf(TRADING)).recover()).rejects.toThrow(/not to input 4 with digest/);
  });
});

describe('a shard that is begun again while its former writer commits', () => {
  it('refuses a commit that was on its way, also where who began it was killed', async () => {
    const { release, committing } = await loseWhileCommitting();
    const known = log;
    log = {
      ...known,
      begin: async (...words) => {
        await known.begin(...words);
        throw new Error('killed as soon as it has begun');
      },
    };
    await expect((await ownerOf(HALTED)).recover()).rejects.toThrow('killed');
    log = known;
    const next = await ownerOf(HALTED);
    expect((await next.recover()).state).toBe('whole');
    await release();
    expect(await committing).toMatch(/was followed by another/);
    await feed(3, 5);
    await expectOneHistory(next);
  });

  it('begins behind what a writer commits that came since, and still reads the log as it was', async () => {
    const first = await ownerOf(TRADING);
    await first.recover();
    await feed(1, 2);
    await first.turn();
    await (await writerOf(100)).turn();
    await feed(3, 5);
    await first.turn();
    const [facts, inputs, head] = [
      await log.facts(4, 10, 0),
      await log.read(4, 10, 0),
      await log.head(),
    ];
    await link.call('lose everything', 'FLUSHALL');
    const known = log;
    log = {
      ...known,
      begin: async (...words) => {
        const asItWas = {
          facts: async () => facts,
          read: async () => inputs,
          head: async () => head,
        };
        log = { ...known, ...asItWas };
        expect(await (await writerOf(500)).turn()).toBe(3);
        return known.begin(...words);
      },
    };
    const late = await ownerOf(HALTED);
    await expect(late.recover()).rejects.toThrow(/has committed up to input 7 meanwhile/);
    log = known;
    const next = await ownerOf(HALTED);
    expect(await next.recover()).toMatchObject({ state: 'lost', cursor: { seq: 7 } });
    await expectOneHistory(next);
  });
});

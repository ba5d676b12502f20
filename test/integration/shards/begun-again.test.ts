import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import pg from 'pg';
import type { ControlRecord } from '../../../src/engine/domain/control.js';
import { Fenced } from '../../../src/engine/ports/fenced.js';
import type { ShardPipeline } from '../../../src/engine/shards/shard-pipeline.js';
import { until } from '../embedded/embedded-fixture.js';
import { OneShard } from './one-shard.js';
import { TRADING } from './sharded-engine.js';
import { ShardedFixture } from './sharded-fixture.js';

const HALTED: ControlRecord = { ...TRADING, level: 'HALTED', epoch: 2 };

let fixture: ShardedFixture;
let shard: OneShard;
let shards = 0;
beforeAll(async () => {
  fixture = await ShardedFixture.start();
});
afterAll(() => fixture.end());
beforeEach(async () => {
  shards += 1;
  shard = await OneShard.open(fixture, shards);
});

/** Holds back every commit at its first step. @returns lets them go */
async function holdCommits(): Promise<() => Promise<void>> {
  const client = new pg.Client(fixture.database.connection);
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT 1 FROM audit_cursor WHERE run_id = $1 FOR UPDATE', [shard.runId]);
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
  const first = await shard.owner(TRADING);
  await first.recover();
  await shard.feed(1, 2);
  await first.turn();
  const writer = await shard.writer(100);
  expect(await writer.turn()).toBe(4);
  await shard.feed(3, 5);
  await first.turn();
  // One that has never committed: its token is in no transaction yet.
  const next = await shard.writer(109);
  const release = await holdCommits();
  const committing = next.turn().then(
    () => 'committed',
    (error: unknown) => String(error),
  );
  await until('the commit waits', async () => (await waiting()) === 1);
  await shard.loseRedis();
  return { release, committing };
}

/** Everything that is kept folds to what is on record: nothing of two histories is in it. */
async function expectOneHistory(owner: ShardPipeline): Promise<void> {
  while ((await owner.turn()) > 0);
  const writer = await shard.writer(1_000);
  while ((await writer.turn()) > 0);
  expect(writer.seqWritten).toBe(owner.fold.seq);
  expect(await shard.store.cursor(shard.runId)).toMatchObject({
    seq: owner.fold.seq,
    digest: owner.fold.digest,
  });
  const packs = await fixture.database.run(
    'cdb',
    `SELECT seq_first::int AS first, seq_last::int AS last FROM run_inputs
      WHERE run_id = '${shard.runId}' ORDER BY seq_last`,
  );
  expect(packs.map(({ first }) => Number(first) - 1)).toEqual([
    0,
    ...packs.slice(0, -1).map(({ last }) => last),
  ]);
  await shard.loseRedis();
  const next = await shard.owner(HALTED);
  expect((await next.recover()).state).toBe('lost');
  expect([next.fold.seq, next.fold.digest]).toEqual([owner.fold.seq, owner.fold.digest]);
}

describe('a writer that another one has followed', () => {
  it('is refused, and does not tell the fold that the audit is stalled', async () => {
    const owner = await shard.owner(TRADING);
    await owner.recover();
    await shard.feed(1, 2);
    await owner.turn();
    const late = await shard.writer(100);
    const next = await shard.writer(101);
    await expect(late.turn()).rejects.toBeInstanceOf(Fenced);
    expect([late.state, (await shard.log.head())?.seq]).toEqual(['ok', 4]);
    expect(await next.turn()).toBe(4);
  });

  it('is not one that was there before the shard was begun', async () => {
    await shard.store.startRun(shard.record);
    const early = await shard.writer(100);
    expect(await early.turn()).toBe(0);
    const owner = await shard.owner(TRADING);
    await owner.recover();
    await shard.feed(1, 2);
    await owner.turn();
    expect(await early.turn()).toBe(4);
  });
});

describe('a shard that is begun again while its former writer commits', () => {
  it('refuses a commit that was on its way, also where who began it was killed', async () => {
    const { release, committing } = await loseWhileCommitting();
    const known = shard.log;
    shard.log = {
      ...known,
      begin: async (...words) => {
        await known.begin(...words);
        throw new Error('killed as soon as it has begun');
      },
    };
    await expect((await shard.owner(HALTED)).recover()).rejects.toThrow('killed');
    shard.log = known;
    const next = await shard.owner(HALTED);
    expect((await next.recover()).state).toBe('whole');
    await release();
    expect(await committing).toMatch(/was followed by another/);
    await shard.feed(3, 5);
    await expectOneHistory(next);
  });

  it('begins behind what a writer commits that came since, and still reads the log as it was', async () => {
    const first = await shard.owner(TRADING);
    await first.recover();
    await shard.feed(1, 2);
    await first.turn();
    await (await shard.writer(100)).turn();
    await shard.feed(3, 5);
    await first.turn();
    const [facts, inputs, head] = [
      await shard.log.facts(4, 10, 0),
      await shard.log.read(4, 10, 0),
      await shard.log.head(),
    ];
    await shard.loseRedis();
    const known = shard.log;
    shard.log = {
      ...known,
      begin: async (...words) => {
        const asItWas = {
          facts: async () => facts,
          read: async () => inputs,
          head: async () => head,
        };
        shard.log = { ...known, ...asItWas };
        expect(await (await shard.writer(500)).turn()).toBe(3);
        return known.begin(...words);
      },
    };
    const late = await shard.owner(HALTED);
    await expect(late.recover()).rejects.toThrow(/has committed up to input 7 meanwhile/);
    shard.log = known;
    const next = await shard.owner(HALTED);
    expect(await next.recover()).toMatchObject({ state: 'lost', cursor: { seq: 7 } });
    await expectOneHistory(next);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { shardKeys } from '../../../src/adapters/redis/shard-keys.js';
import { stateShape } from '../../../src/engine/core-state.js';
import { OneShard } from './one-shard.js';
import { TRADING } from './sharded-engine.js';
import { ShardedFixture } from './sharded-fixture.js';

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

describe('what a shard commits', () => {
  it.each([
    ['leaves inputs out', 4],
    ['has inputs that are on record already', 2],
  ])('is refused where it %s', async (_, seqFirst) => {
    await shard.store.startRun(shard.record);
    const audit = postgresAuditStore(fixture.pool);
    const commit = (first: number, seqLast: number) => {
      const progress = { token: 100, inputs: [], sources: {} };
      const batch = {
        runId: shard.runId,
        seqFirst: first,
        seqLast,
        digest: `digest ${seqLast}`,
        rows: {},
      };
      return audit.commit({ ...batch, shard: progress });
    };
    await commit(1, 2);
    await expect(commit(seqFirst, 5)).rejects.toThrow(/the record of the shard ends at input 2/);
    expect(await shard.store.cursor(shard.runId)).toMatchObject({ seq: 2 });
    await commit(3, 5);
    await commit(3, 5);
    expect(await shard.store.cursor(shard.runId)).toMatchObject({ seq: 5 });
  });
});

describe('the writer of a shard', () => {
  /** Inputs 1 to 4 are folded and nothing of them is on record. */
  async function folded(): Promise<void> {
    const owner = await shard.owner(TRADING);
    await owner.recover();
    await shard.feed(1, 2);
    await owner.turn();
  }
  const standing = async () => ({
    recordedSeq: (await shard.store.cursor(shard.runId))?.seq ?? 0,
    writtenSeq: (await shard.log.head())?.writtenSeq,
  });

  it('publishes what is on record, and acknowledges what is published', async () => {
    await folded();
    const seen: unknown[] = [];
    const failing = await shard.writer(100, async () => {
      seen.push(await standing());
      throw new Error('killed while it publishes');
    });
    await expect(failing.turn()).rejects.toThrow('killed');
    expect(seen).toEqual([{ recordedSeq: 4, writtenSeq: 0 }]);
    expect(await standing()).toEqual({ recordedSeq: 4, writtenSeq: 0 });
    const published: number[] = [];
    const next = await shard.writer(101, ({ seqLast }) => {
      published.push(seqLast);
      return Promise.resolve();
    });
    await next.turn();
    expect(published).toEqual([4]);
    expect(await standing()).toEqual({ recordedSeq: 4, writtenSeq: 4 });
  });

  it('publishes nothing that can not be committed', async () => {
    await folded();
    let published = 0;
    const writer = await shard.writer(100, () => {
      published += 1;
      return Promise.resolve();
    });
    await (await shard.writer(101)).recover();
    await expect(writer.turn()).rejects.toThrow('was followed by another');
    expect(published).toBe(0);
  });

  it('puts no facts on record whose inputs are gone', async () => {
    await folded();
    await shard.log.trimBelow(3);
    await expect((await shard.writer(100)).turn()).rejects.toThrow(/inputs 1..4 .* are gone/);
    expect(await standing()).toEqual({ recordedSeq: 0, writtenSeq: 0 });
  });
});

describe('what the database keeps of a shard', () => {
  const snapshot = (seq: number) => ({
    ...{
      runId: shard.runId,
      seq,
      digest: `digest ${seq}`,
      codeVersion: 'test',
      configHash: 'test',
    },
    ...{ stateShape: 'test', state: '{}' },
  });
  const commit = async (seqFirst: number, seqLast: number) => {
    const inputs = Array.from({ length: seqLast - seqFirst + 1 }, (_, i) => ({
      ...{ seq: seqFirst + i, source: 'f', offset: seqFirst + i },
      input: { kind: 'TimerElapsed', atMs: 1 } as const,
    }));
    const progress = { token: 100, inputs, sources: { f: seqLast } };
    const batch = {
      runId: shard.runId,
      seqFirst,
      seqLast,
      digest: `digest ${seqLast}`,
      rows: {},
    };
    await postgresAuditStore(fixture.pool).commit({ ...batch, shard: progress });
  };
  const kept = async () => {
    const seqs: number[] = [];
    for await (const inputs of shard.store.inputs(shard.runId, 0))
      seqs.push(...inputs.map(({ seq }) => seq));
    return seqs;
  };

  it('is enough to begin at the older of two snapshots', async () => {
    await shard.store.startRun(shard.record);
    for (const first of [1, 4, 7, 10]) await commit(first, first + 2);
    await shard.store.snapshots.save(snapshot(3));
    expect((await kept())[0]).toBe(1);
    await shard.store.snapshots.save(snapshot(6));
    expect((await kept())[0]).toBe(4);
    await shard.store.snapshots.save(snapshot(9));
    expect(await kept()).toEqual([7, 8, 9, 10, 11, 12]);
    const { snapshots } = await shard.store.snapshots.load(shard.runId);
    expect(snapshots.map(({ seq }) => seq)).toEqual([9, 6]);
  });
});

describe('an owner that takes a shard', () => {
  it('does not go on where the record says otherwise, also behind where the record ends', async () => {
    const first = await shard.owner(TRADING);
    await first.recover();
    await shard.feed(1, 2);
    await first.turn();
    await (await shard.writer(100)).turn();
    await shard.feed(3, 5);
    await first.turn();
    await fixture.database.run(
      'cdb',
      `UPDATE audit_cursor SET digest = 'of another history' WHERE run_id = '${shard.runId}'`,
    );
    await expect((await shard.owner(TRADING)).recover()).rejects.toThrow(
      /not to input 4 with digest/,
    );
  });

  it('begins again where its inputs fold to other facts than are there', async () => {
    const first = await shard.owner(TRADING);
    await first.recover();
    await shard.feed(1, 2);
    await first.turn();
    const { facts } = shardKeys('run-a', 0);
    const [[id, fields]] = (await shard.link.call('look', 'XRANGE', facts, '-', '+')) as [
      [string, string[]],
    ];
    const other = fields.map((word, i, all) => (all[i - 1] === 'digest' ? 'other' : word));
    await shard.link.call('forget', 'DEL', facts);
    await shard.link.call('say otherwise', 'XADD', facts, id, ...other);
    expect(await (await shard.owner(TRADING)).recover()).toMatchObject({
      state: 'lost',
      why: expect.stringMatching(/fold to other facts/) as string,
    });
  });

  it('folds no further than the writer may be behind', async () => {
    const owner = await shard.owner(TRADING, 4);
    await owner.recover();
    await shard.feed(1, 2);
    expect(await owner.turn()).toBe(4);
    await shard.feed(3, 5);
    expect([await owner.turn(), await owner.turn()]).toEqual([0, 0]);
    await (await shard.writer(100)).turn();
    expect([await owner.turn(), await owner.turn()]).toEqual([0, 3]);
  });

  it('uses no snapshot of what is not on record', async () => {
    const first = await shard.owner(TRADING);
    await first.recover();
    await shard.feed(1, 2);
    await first.turn();
    await (await shard.writer(100)).turn();
    const early = {
      ...{ runId: shard.runId, seq: 9, digest: 'early', codeVersion: 'test', configHash: 'test' },
      ...{ stateShape: stateShape(), state: first.fold.stateText() },
    };
    await shard.store.snapshots.save(early);
    const next = await shard.owner(TRADING);
    expect((await next.recover()).state).toBe('whole');
    expect([next.fold.seq, next.fold.digest]).toEqual([4, first.fold.digest]);
  });
});

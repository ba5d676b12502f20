import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { Committer, type CommitterLimits } from '../../../src/engine/committer.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import type { FoldedBatch } from '../../../src/engine/domain/folded-batch.js';
import { Spool } from '../../../src/engine/spool.js';
import { DependencyError } from '../../../src/operator-error.js';
import { ManualClock } from '../../fakes/engine/manual-clock.js';
import { AuditDisk, MemoryAuditStore } from '../../fakes/engine/memory-audit-store.js';
import { MemoryEventLog } from '../../fakes/engine/memory-event-log.js';
import { quiet, until } from '../../fakes/engine/until.js';
import { eager, FoldBench } from './fold-bench.js';

/** Batches of a fold in which every input has a row. */
function batches(count: number): FoldedBatch[] {
  const bench = new FoldBench();
  const all: FoldedBatch[] = [];
  for (let i = 0; i < count; i += 1) {
    const outputs = bench.trade(10_000, { afterMs: i === 0 ? 0 : 60_000 });
    const { seq, digest } = bench.fold;
    all.push({ seqFirst: seq, seqLast: seq, digest, outputs, arrivedAtMs: 0 });
  }
  return all;
}

function bench(limits: Partial<CommitterLimits> = {}) {
  const clock = new ManualClock();
  const disk = new AuditDisk();
  const audit = new MemoryAuditStore(disk);
  const spool = new Spool(new MemoryEventLog());
  /** What happened, in order. */
  const log: string[] = [];
  const faults: { publish: Error | null } = { publish: null };
  /** What a publication waits for. */
  const held: { publish: Promise<void> } = { publish: Promise.resolve() };
  const commit = audit.commit.bind(audit);
  audit.commit = async (batch) => {
    const taken = await commit(batch);
    log.push(`audit ${batch.seqLast}`);
    return taken;
  };
  const committer = new Committer(
    {
      audit,
      spool,
      clock,
      rows: {
        ids: runIds(nodeHash, 'run'),
        hash: nodeHash,
        thresholds: () => eager(),
        venue: 'paper',
      },
      syncJournal: async () => {
        log.push('sync');
      },
      publish: async ({ seqLast }) => {
        if (faults.publish !== null) throw faults.publish;
        await held.publish;
        log.push(`publish ${seqLast}`);
      },
      onFailed: () => log.push('failed'),
      onRoom: () => undefined,
      onStalled: (reason) => log.push(`stalled: ${reason}`),
      onRecovered: () => log.push('recovered'),
      onStep: () => undefined,
      limits: {
        waitingMax: 2,
        factsPerCommitMax: 1,
        spoolBytesMax: 1e6,
        retryMsMin: 100,
        retryMsMax: 400,
        ...limits,
      },
    },
    0,
  );
  return { committer, clock, disk, audit, spool, log, faults, held };
}

/** As whoever offers does it: not before there is room. */
async function offer(committer: Committer, batch: FoldedBatch): Promise<void> {
  await committer.room();
  committer.offer(batch);
}

const seqs = (list: readonly FoldedBatch[]): number[] => list.map(({ seqLast }) => seqLast);

describe('committer', () => {
  it('syncs the journal, commits, publishes and only then acknowledges, batch after batch', async () => {
    const { committer, log } = bench();
    const all = batches(3);
    void committer.run();
    for (const one of all) await offer(committer, one);
    await committer.settled();
    expect(log).toEqual(seqs(all).flatMap((seq) => ['sync', `audit ${seq}`, `publish ${seq}`]));
    expect(committer.seqCommitted).toBe(all.at(-1)?.seqLast);
  });

  it('tells what is committed from what is published, and how long publication is late', async () => {
    const { committer, clock, held } = bench();
    let release: () => void = () => undefined;
    held.publish = new Promise((resolve) => (release = resolve));
    const [first] = batches(1);
    if (first === undefined) throw new Error('no batch');
    const running = committer.run();
    committer.offer({ ...first, arrivedAtMs: clock.monotonicMs() });
    await until(() => committer.seqAudited === first.seqLast);
    clock.advance(250);
    expect(committer.seqCommitted).toBe(0);
    expect(committer.lagMs()).toBe(0);
    expect(committer.publishLagMs()).toBe(250);
    release();
    await committer.settled();
    expect(committer.seqCommitted).toBe(first.seqLast);
    expect(committer.publishLagMs()).toBe(0);
    committer.stop();
    await running;
  });

  it('publishes nothing and acknowledges nothing while the audit cannot commit', async () => {
    const { committer, audit, spool, log } = bench();
    const all = batches(3);
    audit.outage = 'before';
    void committer.run();
    for (const one of all) await offer(committer, one);
    await committer.settled();
    expect(log.filter((line) => line.startsWith('publish'))).toEqual([]);
    expect(log.filter((line) => line.startsWith('stalled'))).toHaveLength(1);
    expect(committer.state).toBe('stalled');
    expect(committer.seqCommitted).toBe(0);
    expect(spool.batches).toBe(3);
  });

  it('stalls where the audit trail has lost what it had confirmed, and leaves no hole', async () => {
    const { committer, disk, spool } = bench();
    const [first, second, third] = batches(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('few');
    void committer.run();
    committer.offer(first);
    committer.offer(second);
    await committer.settled();
    disk.cursors.set('run', { seq: first.seqLast, digest: first.digest });
    committer.offer(third);
    await committer.settled();
    expect(committer.state).toBe('stalled');
    expect(committer.reason).toContain('lost what was confirmed');
    expect(spool.batches).toBe(1);
    expect(disk.cursors.get('run')?.seq).toBe(first.seqLast);
  });

  it('drains the spool in order, then what waits, and says once that it has recovered', async () => {
    const { committer, clock, audit, log, disk, spool } = bench();
    const all = batches(6);
    audit.outage = 'before';
    void committer.run();
    for (const one of all.slice(0, 4)) await offer(committer, one);
    await committer.settled();
    audit.outage = 'none';
    for (const one of all.slice(4)) await offer(committer, one);
    clock.advance(100);
    await until(() => committer.seqCommitted === all.at(-1)?.seqLast, 'the last commit');
    await until(() => committer.state === 'ok');
    expect(disk.batches.map(({ seqLast }) => seqLast)).toEqual(seqs(all));
    expect(log.filter((line) => line.startsWith('publish'))).toEqual(
      seqs(all).map((seq) => `publish ${seq}`),
    );
    expect(log.filter((line) => line === 'recovered')).toHaveLength(1);
    expect({ batches: spool.batches, bytes: spool.bytes }).toEqual({ batches: 0, bytes: 0 });
  });

  it('a commit that failed after it had happened takes effect once', async () => {
    const { committer, clock, audit, log, disk } = bench();
    const [first, second] = batches(2) as [FoldedBatch, FoldedBatch];
    audit.outage = 'after';
    void committer.run();
    await offer(committer, first);
    await committer.settled();
    audit.outage = 'none';
    await offer(committer, second);
    clock.advance(100);
    await until(() => committer.state === 'ok' && committer.seqCommitted === second.seqLast);
    expect(disk.batches.map(({ seqLast }) => seqLast)).toEqual([first.seqLast, second.seqLast]);
    const published = log.filter((line) => line.startsWith('publish'));
    expect(published).toEqual([`publish ${first.seqLast}`, `publish ${second.seqLast}`]);
  });

  it('tries again with pauses that double up to a limit', async () => {
    const { committer, clock, audit } = bench();
    audit.outage = 'before';
    void committer.run();
    await offer(committer, ...(batches(1) as [FoldedBatch]));
    await committer.settled();
    const pauses: number[] = [];
    for (let attempt = 2; attempt <= 6; attempt += 1) {
      let pausedMs = 0;
      while (audit.attempts < attempt && pausedMs < 1_000) {
        await until(() => clock.sleeping > 0, 'the pause');
        clock.advance(50);
        pausedMs += 50;
        await quiet();
      }
      pauses.push(pausedMs);
    }
    expect(pauses).toEqual([100, 200, 400, 400, 400]);
  });

  it('makes the runner wait when too many batches wait in memory', async () => {
    const { committer } = bench({ waitingMax: 2 });
    const all = batches(4);
    for (const one of all.slice(0, 2)) await offer(committer, one);
    let offered = false;
    const third = offer(committer, all[2] as FoldedBatch).then(() => {
      offered = true;
    });
    await quiet();
    expect(offered).toBe(false);
    void committer.run();
    await third;
    await committer.settled();
    expect(committer.seqCommitted).toBe(all[2]?.seqLast);
  });

  it('makes the runner wait when the spool is full, and goes on when it drains', async () => {
    const { committer, clock, audit, spool, disk } = bench({ waitingMax: 1, spoolBytesMax: 10 });
    const all = batches(5);
    audit.outage = 'before';
    void committer.run();
    let offered = 0;
    const offering = (async () => {
      for (const one of all) {
        await offer(committer, one);
        offered += 1;
      }
    })();
    await quiet();
    // One in the full spool and one in memory; the third waits.
    expect({ offered, spooled: spool.batches }).toEqual({ offered: 2, spooled: 1 });
    audit.outage = 'none';
    clock.advance(100);
    await offering;
    await committer.settled();
    expect(disk.batches.map(({ seqLast }) => seqLast)).toEqual(seqs(all));
  });

  it('lets go of everybody who waits for a full spool once somebody wants to leave', async () => {
    const { committer, audit } = bench({ waitingMax: 1, spoolBytesMax: 10 });
    audit.outage = 'before';
    const running = committer.run();
    const offering = (async () => {
      for (const one of batches(3)) await offer(committer, one);
      await committer.settled();
    })();
    let settled = false;
    void offering.then(() => {
      settled = true;
    });
    await quiet();
    expect(settled).toBe(false);
    committer.leave();
    await offering;
    committer.stop();
    await running;
    expect(committer.seqCommitted).toBe(0);
  });

  it('takes what waits into one transaction, up to its limit', async () => {
    const { committer, disk } = bench({ waitingMax: 10, factsPerCommitMax: 1_000 });
    const all = batches(4);
    for (const one of all) await offer(committer, one);
    void committer.run();
    await committer.settled();
    expect(disk.batches).toHaveLength(1);
    const last = all.at(-1);
    expect(disk.batches[0]).toMatchObject({
      seqFirst: all[0]?.seqFirst,
      seqLast: last?.seqLast,
      digest: last?.digest,
    });
  });

  it('ends with the failure of a publication, and everybody who waits learns of it', async () => {
    const { committer, faults, log } = bench({ waitingMax: 1 });
    const failure = new DependencyError('disk full', { dependency: 'disk', retryable: false });
    faults.publish = failure;
    const running = committer.run();
    const [one, two] = batches(2) as [FoldedBatch, FoldedBatch];
    await offer(committer, one);
    await expect(committer.settled()).rejects.toBe(failure);
    await running;
    expect(log.at(-1)).toBe('failed');
    await expect(offer(committer, two)).rejects.toBe(failure);
    await expect(committer.settled()).rejects.toBe(failure);
  });

  it('stop drains the queue first', async () => {
    const { committer, disk } = bench({ waitingMax: 10 });
    const all = batches(4);
    for (const one of all) await offer(committer, one);
    committer.stop();
    await committer.run();
    expect(disk.batches.map(({ seqLast }) => seqLast)).toEqual(seqs(all));
  });

  it('stop in a stall ends at once and leaves the rest to the journal', async () => {
    const { committer, audit } = bench();
    audit.outage = 'before';
    const running = committer.run();
    await offer(committer, ...(batches(1) as [FoldedBatch]));
    await committer.settled();
    committer.stop();
    await running;
    expect(committer.state).toBe('stalled');
  });

  it('tells how long the oldest batch has waited', async () => {
    const { committer, clock, audit } = bench();
    expect(committer.lagMs()).toBe(0);
    const [one] = batches(1) as [FoldedBatch];
    await offer(committer, { ...one, arrivedAtMs: clock.monotonicMs() - 250 });
    expect(committer.lagMs()).toBe(250);
    audit.outage = 'before';
    void committer.run();
    await committer.settled();
    clock.advance(50);
    await quiet();
    expect(committer.lagMs()).toBe(50);
  });
});

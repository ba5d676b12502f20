import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { stateShape } from '../../../src/engine/core-state.js';
import { Fold } from '../../../src/engine/fold.js';
import type { FoldedBatch } from '../../../src/engine/domain/folded-batch.js';
import { openJournal } from '../../../src/engine/journal.js';
import type { AuditCursor } from '../../../src/engine/ports/audit-store.js';
import type { Snapshot } from '../../../src/engine/ports/snapshot-store.js';
import { recover } from '../../../src/engine/recovery.js';
import { MemoryEventLog } from '../../fakes/engine/memory-event-log.js';
import { MemorySnapshotStore } from '../../fakes/engine/memory-snapshot-store.js';
import { config, eager } from './fold-bench.js';
import { busyTrades, TRADING } from './live-bench.js';

const INPUTS = [
  config(eager()),
  { kind: 'ControlChanged' as const, ...TRADING },
  ...busyTrades(40),
];

/** A journal with all inputs, and what a fold over them gave at each sequence. */
async function recorded(seqFloor = 0) {
  const journal = await openJournal(new MemoryEventLog(), 'run', seqFloor);
  const fold = new Fold(nodeHash);
  const snapshots: Snapshot[] = [];
  for (const sequenced of await journal.append(INPUTS)) {
    fold.apply(sequenced);
    const { seq, digest } = fold;
    const { codeVersion, configHash } = fold.state;
    const words = { runId: 'run', codeVersion, configHash, stateShape: stateShape() };
    snapshots.push({ ...words, seq, digest, state: fold.stateText() });
  }
  const at = (seq: number): Snapshot => {
    const found = snapshots.find((one) => one.seq === seq);
    if (found === undefined) throw new Error(`no snapshot at ${seq}`);
    return found;
  };
  return { journal, at, digest: fold.digest, lastSeq: fold.seq };
}

interface Start {
  readonly snapshots?: readonly Snapshot[];
  readonly cursor?: AuditCursor | null;
  readonly codeVersion?: string;
}

async function recovered(
  journal: Awaited<ReturnType<typeof openJournal>>,
  { snapshots = [], cursor = null, codeVersion = 'test' }: Start,
) {
  const offered: FoldedBatch[] = [];
  const fold = new Fold(nodeHash);
  const told = await recover({
    runId: 'run',
    fold,
    journal,
    snapshots: new MemorySnapshotStore([...snapshots]),
    codeVersion,
    cursor,
    offer: async (batch) => {
      offered.push(batch);
    },
    nowMs: () => 0,
  });
  return { fold, offered, told };
}

const cursorOf = ({ seq, digest }: Snapshot): AuditCursor => ({ seq, digest });

describe('recovery', () => {
  it('folds to the same digest from the start and from every snapshot', async () => {
    const { journal, at, digest, lastSeq } = await recorded();
    const starts = [1, 2, 3, 25, 40, lastSeq - 1, lastSeq];
    for (const seq of starts) {
      const cursor = cursorOf(at(seq));
      const { fold, told, offered } = await recovered(journal, { snapshots: [at(seq)], cursor });
      expect(fold.digest).toBe(digest);
      expect(told).toMatchObject({ fromSnapshotSeq: seq, inputsFolded: lastSeq - seq });
      expect(offered.at(-1)?.seqLast).toBe(seq === lastSeq ? undefined : lastSeq);
      expect(offered[0]?.seqFirst).toBe(seq === lastSeq ? undefined : seq + 1);
    }
    const { fold } = await recovered(journal, {});
    expect(fold.digest).toBe(digest);
  });

  it('refuses a snapshot of a build whose state has other members', async () => {
    const { journal, at, lastSeq } = await recorded();
    const other = { ...at(lastSeq), stateShape: `${stateShape()},more` };
    const start = { snapshots: [other], cursor: cursorOf(at(lastSeq)) };
    await expect(recovered(journal, start)).rejects.toMatchObject({ reason: 'other_state' });
  });

  it('takes the newest snapshot that the journal reaches', async () => {
    const { journal, at } = await recorded();
    const beyond = { ...at(20), seq: 10_000 };
    const snapshots = [at(10), at(20), beyond];
    const { told } = await recovered(journal, { snapshots, cursor: cursorOf(at(20)) });
    expect(told.fromSnapshotSeq).toBe(20);
  });

  it('refuses a tail that another build wrote, before it folds or offers anything', async () => {
    const { journal, at } = await recorded();
    // Other code would fold to another digest: the reason is the code, not the history.
    const cursor = { seq: 20, digest: 'other' };
    const start = { snapshots: [at(10)], cursor, codeVersion: 'next' };
    await expect(recovered(journal, start)).rejects.toMatchObject({ reason: 'other_code' });
    await expect(recovered(journal, { codeVersion: 'next' })).rejects.toMatchObject({
      reason: 'other_code',
    });
  });

  it('lets another build go on where nothing is left to drain', async () => {
    const { journal, at, lastSeq } = await recorded();
    const start = {
      snapshots: [at(lastSeq)],
      cursor: cursorOf(at(lastSeq)),
      codeVersion: 'next',
    };
    const { told } = await recovered(journal, start);
    expect(told.inputsFolded).toBe(0);
  });

  it('lets a build go on with the tail that it began after it had taken over', async () => {
    const { journal, at, lastSeq } = await recorded();
    const snapshots = [at(lastSeq)];
    const cursor = cursorOf(at(lastSeq));
    const changed = { ...config(eager()), codeVersion: 'next' };
    const stalled = { kind: 'AuditStalled' as const, reason: 'away', atMs: 0 };
    await journal.append([stalled, changed, ...busyTrades(3)]);
    const { fold } = await recovered(journal, { snapshots, cursor, codeVersion: 'next' });
    expect(fold.state.codeVersion).toBe('next');
    const former = recovered(journal, { snapshots, cursor, codeVersion: 'test' });
    await expect(former).rejects.toMatchObject({ reason: 'other_code' });
  });

  it('refuses a journal that folds to another digest than the audit trail has', async () => {
    const { journal, at } = await recorded();
    const cursor = { seq: 30, digest: at(29).digest };
    const start = { snapshots: [at(10)], cursor };
    await expect(recovered(journal, start)).rejects.toMatchObject({ reason: 'other_history' });
  });

  it('refuses a journal that ends before the audit trail', async () => {
    const { journal, at, lastSeq } = await recorded();
    const cursor = { seq: lastSeq + 1, digest: at(lastSeq).digest };
    for (const snapshots of [[], [at(10)], [at(lastSeq)]]) {
      const refused = recovered(journal, { snapshots, cursor });
      await expect(refused).rejects.toMatchObject({ reason: 'journal_short' });
    }
  });

  it('offers everything again when the audit trail has lost the run', async () => {
    const { journal, at, lastSeq } = await recorded();
    const { offered, told } = await recovered(journal, { snapshots: [at(lastSeq)], cursor: null });
    expect(told).toMatchObject({ fromSnapshotSeq: 0, inputsFolded: lastSeq });
    expect(offered[0]?.seqFirst).toBe(1);
  });

  it('offers again what an audit trail has lost that was restored from a backup', async () => {
    const { journal, at, digest, lastSeq } = await recorded();
    const saved = (seq: number, recordedSeq: number) => ({ ...at(seq), recordedSeq });
    const snapshots = [saved(10, 10), saved(25, 30), saved(40, 38)];
    const startOf = async (cursor: AuditCursor) => {
      const { fold, told, offered } = await recovered(journal, { snapshots, cursor });
      expect(fold.digest).toBe(digest);
      expect(offered.at(-1)?.seqLast).toBe(lastSeq);
      return told.fromSnapshotSeq;
    };
    expect(await startOf(cursorOf(at(38)))).toBe(40);
    expect(await startOf(cursorOf(at(37)))).toBe(25);
    expect(await startOf(cursorOf(at(25)))).toBe(25);
    expect(await startOf(cursorOf(at(24)))).toBe(10);
    expect(await startOf(cursorOf(at(9)))).toBe(0);
  });

  it('refuses a journal whose beginning is gone when no snapshot goes before it', async () => {
    const { journal, at } = await recorded();
    await journal.trimBelow(15);
    await expect(recovered(journal, {})).rejects.toMatchObject({ reason: 'journal_short' });
    const cursor = cursorOf(at(20));
    const { told } = await recovered(journal, { snapshots: [at(20)], cursor });
    expect(told.fromSnapshotSeq).toBe(20);
  });

  it('goes on above the sequences of other runs of the same directory', async () => {
    const { journal, digest, lastSeq } = await recorded(5_000);
    const { fold, offered } = await recovered(journal, {});
    expect([fold.digest, lastSeq]).toEqual([digest, 5_000 + INPUTS.length]);
    expect(offered[0]?.seqFirst).toBe(5_001);
    expect((await recorded()).digest).toBe(digest);
  });
});

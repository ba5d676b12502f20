import { describe, expect, it } from 'vitest';
import type { FoldedBatch } from '../../../src/engine/domain/folded-batch.js';
import { Spool } from '../../../src/engine/spool.js';
import { MemoryEventLog, type EventLogDisk } from '../../fakes/engine/memory-event-log.js';
import { FoldBench } from './fold-bench.js';

function batch(seqFirst: number, seqLast: number): FoldedBatch {
  const bench = new FoldBench({ seqFrom: seqFirst });
  bench.warmUp();
  const { digest } = bench.fold;
  return { seqFirst, seqLast, digest, outputs: bench.facts, arrivedAtMs: 12.5 };
}

describe('spool', () => {
  it('gives batches back oldest first and byte for byte', async () => {
    const spool = new Spool(new MemoryEventLog());
    const batches = [batch(1, 4), batch(5, 5), batch(6, 9)];
    for (const one of batches) await spool.add(one);
    expect(spool.batches).toBe(3);
    for (const one of batches) {
      const oldest = await spool.oldest();
      expect(oldest).toEqual(one);
      expect(await spool.oldest()).toEqual(one);
      await spool.dropOldest(one);
    }
    expect(await spool.oldest()).toBeNull();
    expect({ batches: spool.batches, bytes: spool.bytes }).toEqual({ batches: 0, bytes: 0 });
  });

  it('keeps batches below the ones that a former process had spooled', async () => {
    const disk: EventLogDisk = new Map();
    const former = new Spool(new MemoryEventLog(disk));
    await former.add(batch(1, 400));
    await former.add(batch(401, 5_000));

    // Recovery folds from an older snapshot, so its batches end earlier than the former ones did.
    const spool = new Spool(new MemoryEventLog(disk));
    await spool.clear();
    expect(await spool.oldest()).toBeNull();
    const again = [batch(1, 300), batch(301, 600)];
    for (const one of again) await spool.add(one);
    for (const one of again) {
      expect((await spool.oldest())?.seqLast).toBe(one.seqLast);
      await spool.dropOldest(one);
    }
    expect(await spool.oldest()).toBeNull();
  });

  it('clear of an empty spool changes nothing', async () => {
    const spool = new Spool(new MemoryEventLog());
    await spool.clear();
    expect(await spool.oldest()).toBeNull();
    expect(spool.batches).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import type { FeedInput } from '../../../../src/engine/domain/inputs.js';
import type {
  Delivered,
  Delivery,
  ShardHead,
  ShardLog,
} from '../../../../src/engine/ports/shard-log.js';
import { Ingest } from '../../../../src/engine/shards/ingest.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';
import { MemoryEventLog } from '../../../fakes/engine/memory-event-log.js';

const STREAM = 'ingest';
const HEAD: ShardHead = {
  ...{ seq: 8, foldedSeq: 8, writtenSeq: 8, firstSeq: 1 },
  ...{ sources: { f: 8 }, durable: { f: 8 } },
};

/** A shard that takes everything, and whose head is what the test says. */
function shard(index: number, head: ShardHead | null, steps: string[]): ShardLog {
  return {
    shard: index,
    head: () => Promise.resolve(head),
    deliver: (delivery: Delivery): Promise<Delivered> => {
      steps.push('give');
      return Promise.resolve({ state: 'taken', offset: delivery.upTo ?? 0 });
    },
  } as Partial<ShardLog> as ShardLog;
}

async function ingestOf(heads: readonly (ShardHead | null)[]) {
  const steps: string[] = [];
  const journal = new MemoryEventLog();
  journal.sync = () => {
    steps.push('flush');
    return Promise.resolve();
  };
  const shards = heads.map((head, index) => shard(index, head, steps));
  const timers = Array.from({ length: 10 }, (_, i): FeedInput => {
    return { kind: 'TimerElapsed', atMs: i + 1 };
  });
  const ingest = new Ingest({
    feed: {
      ...{ identity: 'test', description: 'test', finite: true, health: () => null },
      inputs: async function* () {
        yield await Promise.resolve(timers);
      },
    },
    ...{ journal, stream: STREAM, source: 'f', shards },
    ...{ clock: new ManualClock(), syncJournal: true },
    limits: { chunkMax: 100, waitMs: 0, journalBytesMax: 1_000_000 },
  });
  await ingest.open();
  await ingest.pump(new AbortController().signal);
  const kept = async () => (await journal.read(STREAM, null, 100)).map(({ id }) => id.seq);
  return { ingest, kept, steps };
}

describe('ingest', () => {
  it.each<[string, readonly (ShardHead | null)[], number]>([
    ['what is given and all of it written', [HEAD, HEAD], 9],
    [
      'what is on record where more is given',
      [HEAD, { ...HEAD, writtenSeq: 5, durable: { f: 3 } }],
      4,
    ],
    ['nothing where a shard knows nothing of this journal', [HEAD, { ...HEAD, sources: {} }], 1],
    ['nothing where a shard is gone', [HEAD, null], 1],
  ])('drops %s', async (_, heads, first) => {
    const { ingest, kept } = await ingestOf(heads);
    await ingest.trim();
    expect((await kept())[0]).toBe(first);
  });

  it('gives nothing to the shards that is not flushed to its disk', async () => {
    const { ingest, steps } = await ingestOf([null, null]);
    await ingest.begin();
    expect(steps).toEqual([]);
    expect(await ingest.turn(1)).toBe(10);
    expect(steps).toEqual(['flush', 'give', 'give']);
  });
});

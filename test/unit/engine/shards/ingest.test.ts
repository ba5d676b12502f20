import { describe, expect, it } from 'vitest';
import type { FeedInput } from '../../../../src/engine/domain/inputs.js';
import type { Delivery, ShardHead, ShardLog } from '../../../../src/engine/ports/shard-log.js';
import { Ingest } from '../../../../src/engine/shards/ingest.js';
import { DependencyError } from '../../../../src/operator-error.js';
import { listFeed, receivingFeed } from '../../../fakes/engine/list-feed.js';
import { ManualClock } from '../../../fakes/engine/manual-clock.js';
import { MemoryEventLog } from '../../../fakes/engine/memory-event-log.js';
import { until } from '../../../fakes/engine/until.js';

const WAIT_MS = 20;

class FullDisk extends MemoryEventLog {
  isFull = true;

  override async append(...args: Parameters<MemoryEventLog['append']>): Promise<number> {
    if (!this.isFull) return super.append(...args);
    throw new DependencyError('the disk is full', { dependency: 'disk', retryable: true });
  }
}

function timers(count: number): readonly FeedInput[] {
  return Array.from({ length: count }, (_, n) => ({ kind: 'TimerElapsed', atMs: n + 1 }));
}

function ingestOf(
  feed: ReturnType<typeof listFeed>,
  journal: MemoryEventLog,
  head: ShardHead | null = null,
) {
  const clock = new ManualClock();
  const given: number[] = [];
  const shard: Pick<ShardLog, 'head' | 'deliver'> = {
    head: () => Promise.resolve(head),
    deliver: ({ inputs, upTo = 0 }: Delivery) => {
      given.push(...inputs.map(({ offset }) => offset));
      return Promise.resolve({ state: 'taken', offset: upTo });
    },
  };
  const ingest = new Ingest({
    ...{ feed, journal, clock, stream: 'ingest', source: 'here' },
    shards: [shard as ShardLog],
    syncJournal: false,
    limits: { chunkMax: 100, waitMs: WAIT_MS, journalBytesMax: 1_000_000 },
  });
  return { ingest, clock, given };
}

describe('what the feed says while the journal takes nothing', () => {
  it('is told, and taken once there is room again, without reading the feed anew', async () => {
    const journal = new FullDisk();
    const { ingest, clock, given } = ingestOf(listFeed(timers(40)), journal);
    await ingest.open();
    const pump = ingest.pump(new AbortController().signal);
    await until(() => clock.sleeping > 0, 'an attempt has failed');
    await expect(ingest.turn(1)).rejects.toThrow('the disk is full');

    clock.advance(WAIT_MS);
    await until(() => clock.sleeping > 0, 'the next one has failed too');
    await expect(ingest.turn(1)).rejects.toThrow('the disk is full');
    expect(ingest.isDone).toBe(false);

    journal.isFull = false;
    clock.advance(WAIT_MS);
    await pump;
    expect(await ingest.turn(1)).toBe(40);
    expect(given).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(ingest.isDone).toBe(true);
  });

  it('does not keep it from ending', async () => {
    const { ingest, clock } = ingestOf(receivingFeed(timers(4)), new FullDisk());
    await ingest.open();
    const stop = new AbortController();
    const pump = ingest.pump(stop.signal);
    await until(() => clock.sleeping > 0, 'an attempt has failed');
    stop.abort();
    await pump;
    expect(ingest.isDone).toBe(false);
  });
});

it('a feed that fails is told once what it said before is on record', async () => {
  const head = { seq: 3, foldedSeq: 3, writtenSeq: 1, sources: {}, durable: {}, firstSeq: 1 };
  const feed = listFeed(timers(3), { failure: new Error('the file is cut off') });
  const { ingest, clock } = ingestOf(feed, new MemoryEventLog(), head);
  await ingest.open();
  await ingest.pump(new AbortController().signal);
  expect(await ingest.turn(1)).toBe(3);
  const waits = ingest.turn(1);
  await until(() => clock.sleeping > 0, 'it waits for the shard');
  clock.advance(WAIT_MS);
  expect(await waits).toBe(0);

  head.writtenSeq = 3;
  await expect(ingest.turn(1)).rejects.toThrow('the file is cut off');
  expect(ingest.isDone).toBe(false);
});

import { describe, expect, it } from 'vitest';
import type { FeedInput } from '../../../../src/engine/domain/inputs.js';
import type { Delivery, ShardLog } from '../../../../src/engine/ports/shard-log.js';
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

function ingestOf(feed: ReturnType<typeof listFeed>, journal: MemoryEventLog) {
  const clock = new ManualClock();
  const given: number[] = [];
  const shard: Pick<ShardLog, 'head' | 'deliver'> = {
    head: () => Promise.resolve(null),
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

import type { FeedInput } from '../domain/inputs.js';
import type { Clock } from '../ports/clock.js';
import type { EventLog } from '../ports/event-log.js';
import type { Feed } from '../ports/feed.js';
import type { FenceToken, ShardLog } from '../ports/shard-log.js';
import { Fenced } from '../ports/fenced.js';
import { isForShard } from './shard-of.js';

export interface IngestDeps {
  readonly feed: Feed;
  /** In the state directory: what the feed said is safe there before anybody else gets it. */
  readonly journal: EventLog;
  readonly stream: string;
  /** Names the journal to the shards. */
  readonly source: string;
  readonly shards: readonly ShardLog[];
  readonly clock: Clock;
  readonly syncJournal: boolean;
  readonly limits: {
    readonly chunkMax: number;
    readonly waitMs: number;
    /** A journal of this size takes no more; a live feed then says what it has to leave out. */
    readonly journalBytesMax: number;
  };
}

const LOOK_AT_SIZE_EVERY = 1_000;

/**
 * Feed to journal, journal to shards. The two sides run apart: what the shards can't take waits in
 * the journal, on disk, in order.
 */
export class Ingest {
  /** Why the feed gives nothing more. */
  failure: { readonly error: unknown } | null = null;
  readonly #deps: IngestDeps;
  /** Newest offset of each shard. */
  readonly #given: number[];
  /** All shards have what is up to here. */
  #position = 0;
  #lastSeq = 0;
  #syncedSeq = 0;
  #feedEnded = false;
  /** Why what the feed has said is not in the journal yet. */
  #refusal: { readonly error: unknown } | null = null;

  constructor(deps: IngestDeps) {
    this.#deps = deps;
    this.#given = deps.shards.map(() => 0);
  }

  /** Inputs that wait in the journal. */
  get waiting(): number {
    return this.#lastSeq - this.#position;
  }

  /** Everything that the feed had to say is with the shards. */
  get isDone(): boolean {
    return this.#feedEnded && this.failure === null && this.waiting === 0;
  }

  /** The decisions on all that the shards have are on record. */
  async isWritten(): Promise<boolean> {
    const heads = await Promise.all(this.#deps.shards.map((shard) => shard.head()));
    return heads.every((head) => head !== null && head.writtenSeq >= head.seq);
  }

  async open(): Promise<void> {
    const { journal, stream } = this.#deps;
    this.#lastSeq = (await journal.info(stream))?.lastId?.seq ?? 0;
    this.#syncedSeq = this.#lastSeq;
  }

  /**
   * Reads the feed until it ends or the signal aborts. Its failure is thrown by `turn` once all of before
   * is on record; so is, at once, what the journal says while it takes nothing, which is tried again
   * with the same inputs.
   */
  async pump(signal: AbortSignal): Promise<void> {
    const { feed } = this.#deps;
    try {
      for await (const inputs of feed.inputs(this.#lastSeq, signal)) {
        await this.#insist(() => this.#journal(inputs), signal);
        await this.#insist(() => this.#awaitRoom(signal), signal);
      }
      // A feed that was asked to stop has not ended.
      this.#feedEnded = !signal.aborted;
    } catch (error) {
      if (!signal.aborted) this.failure = { error };
    }
  }

  /** Where the shards stand; looked at before the first turn and after every failure. */
  async begin(): Promise<void> {
    const { shards, source } = this.#deps;
    const heads = await Promise.all(shards.map((shard) => shard.head()));
    heads.forEach((head, shard) => {
      this.#given[shard] = head?.sources[source] ?? 0;
    });
    this.#position = Math.min(this.#lastSeq, ...this.#given);
  }

  /** Gives one chunk to the shards. @returns how many inputs; throws Fenced or DependencyError */
  async turn(feeder: FenceToken): Promise<number> {
    if (this.waiting === 0) {
      if (this.#refusal !== null) throw this.#refusal.error;
      // What was said before it failed is decided first, as of a feed that ends.
      if (this.failure !== null && (await this.isWritten())) throw this.failure.error;
    }
    const { journal, stream, limits, clock } = this.#deps;
    if (this.waiting === 0) {
      await clock.sleep(limits.waitMs);
      return 0;
    }
    const upTo = this.#lastSeq;
    if (this.#deps.syncJournal && this.#syncedSeq < upTo) {
      await journal.sync(stream);
      this.#syncedSeq = upTo;
    }
    const after = { seq: this.#position, ord: 0 };
    const entries = await journal.read(stream, after, limits.chunkMax);
    const chunk = entries
      // What has come since the flush is not safe yet.
      .filter(({ id }) => id.seq <= upTo)
      .map(({ id, fields }) => ({
        offset: id.seq,
        input: JSON.parse(fields['input'] ?? 'null') as FeedInput,
      }));
    const last = chunk.at(-1)?.offset;
    if (last === undefined) return 0;
    const taken = await Promise.all(
      this.#deps.shards.map((_, shard) => this.#give(shard, chunk, last, feeder)),
    );
    if (!taken.every(Boolean)) {
      this.#position = Math.min(this.#position, ...this.#given);
      await clock.sleep(limits.waitMs);
      return 0;
    }
    this.#position = last;
    return chunk.length;
  }

  /** Drops what every shard has on record. */
  async trim(): Promise<void> {
    const { shards, journal, stream, source } = this.#deps;
    const heads = await Promise.all(shards.map((shard) => shard.head()));
    const kept = heads.map((head) => {
      if (head === null) return 0;
      const of = head.writtenSeq >= head.seq ? head.sources : head.durable;
      return of[source] ?? 0;
    });
    await journal.trimBelow(stream, { seq: Math.min(...kept) + 1, ord: 0 });
  }

  async #give(
    shard: number,
    chunk: readonly { readonly offset: number; readonly input: FeedInput }[],
    last: number,
    feeder: FenceToken,
  ): Promise<boolean> {
    const log = this.#deps.shards[shard];
    const given = this.#given[shard] ?? 0;
    if (log === undefined || given >= last) return true;
    const inputs = chunk.filter(
      ({ offset, input }) => offset > given && isForShard(input, shard, this.#deps.shards.length),
    );
    const { source } = this.#deps;
    const answer = await log.deliver({ source, afterOffset: given, upTo: last, inputs, feeder });
    if (answer.state === 'fenced') throw new Fenced(`another process feeds shard ${shard}`);
    if (answer.state === 'taken' || answer.state === 'behind') this.#given[shard] = answer.offset;
    return answer.state === 'taken';
  }

  /** Until the journal does it: a disk that is full now may have room later. */
  async #insist(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#deps;
    for (;;) {
      try {
        await work();
        this.#refusal = null;
        return;
      } catch (error) {
        this.#refusal = { error };
        await clock.sleep(limits.waitMs, signal);
        signal.throwIfAborted();
      }
    }
  }

  async #journal(inputs: readonly FeedInput[]): Promise<void> {
    if (inputs.length === 0) return;
    const entries = inputs.map((input, i) => ({
      id: { seq: this.#lastSeq + 1 + i, ord: 0 },
      fields: { input: JSON.stringify(input) },
    }));
    await this.#deps.journal.append(this.#deps.stream, entries);
    this.#lastSeq += inputs.length;
  }

  async #awaitRoom(signal: AbortSignal): Promise<void> {
    const { journal, stream, limits, clock } = this.#deps;
    if (this.waiting < LOOK_AT_SIZE_EVERY) return;
    while (!signal.aborted && ((await journal.info(stream))?.bytes ?? 0) > limits.journalBytesMax) {
      await clock.sleep(limits.waitMs, signal);
    }
  }
}

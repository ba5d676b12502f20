import type { Clock } from '../ports/clock.js';
import type { EventLog } from '../ports/event-log.js';
import type { Feed } from '../ports/feed.js';
import type { FenceToken, ShardLog } from '../ports/shard-log.js';
import { Ingest } from './ingest.js';
import type { RoleLoop } from './role-loop.js';

export interface FeedParts {
  readonly feed: Feed;
  readonly journal: EventLog;
  /** Names the journal to the shards. */
  readonly source: string;
}

export interface FeedRoleDeps extends FeedParts {
  readonly runGroup: string;
  readonly shards: readonly ShardLog[];
  readonly clock: Clock;
  readonly syncJournal: boolean;
  readonly journalBytesMax: number;
  /** The run takes nothing more from the feed. */
  readonly stopping: AbortSignal;
  /** The feed has ended, and every shard has all of it on record. */
  readonly onFinished: () => Promise<void>;
}

const TRIM_MS = 10_000;
const CHUNK = 1_000;
const WAIT_MS = 20;

function ingestStream(runGroup: string): string {
  return `ingest.${runGroup}`;
}

/** Drops what a run that was left behind had waiting. */
export async function forgetInputs(journal: EventLog, runGroup: string): Promise<void> {
  const stream = ingestStream(runGroup);
  const lastId = (await journal.info(stream))?.lastId ?? null;
  if (lastId !== null) await journal.trimBelow(stream, { seq: lastId.seq + 1, ord: 0 });
}

/** Whoever holds the feeder's lease: feed to journal all the time, journal to shards in turns. */
export class FeedRole {
  /** Gives inputs to the shards now. */
  feeds = false;
  readonly #deps: FeedRoleDeps;
  readonly #ingest: Ingest;
  #pump: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;

  constructor(deps: FeedRoleDeps) {
    const { runGroup, journalBytesMax } = deps;
    const limits = { chunkMax: CHUNK, waitMs: WAIT_MS, journalBytesMax };
    this.#deps = deps;
    this.#ingest = new Ingest({ ...deps, stream: ingestStream(runGroup), limits });
  }

  /** Inputs that wait in the journal. */
  get waiting(): number {
    return this.#ingest.waiting;
  }

  open(): Promise<void> {
    return this.#ingest.open();
  }

  /** What the feed has failed with; no later turn heals it. */
  hasFailedWith(error: unknown): boolean {
    return this.#ingest.failure !== null && this.#ingest.failure.error === error;
  }

  readonly work: RoleLoop['work'] = async (token, signal, onTurn) => {
    // Goes on while nobody can be asked who feeds: what comes meanwhile waits in the journal.
    this.#pump ??= this.#startPump();
    this.feeds = true;
    try {
      await this.#give(token, signal, onTurn);
    } finally {
      this.feeds = false;
    }
  };

  /** Reads the feed no longer; somebody else does, or the run ends. */
  async endPump(): Promise<void> {
    const pump = this.#pump;
    this.#pump = null;
    pump?.stop.abort();
    await pump?.done;
  }

  #startPump() {
    const stop = new AbortController();
    return { stop, done: this.#ingest.pump(AbortSignal.any([stop.signal, this.#deps.stopping])) };
  }

  async #give(token: FenceToken, signal: AbortSignal, onTurn: () => void): Promise<void> {
    const { clock, onFinished } = this.#deps;
    const ingest = this.#ingest;
    await ingest.begin();
    let trimmedAtMs = clock.monotonicMs();
    while (!signal.aborted) {
      onTurn();
      const given = await ingest.turn(token);
      const isTrimDue = clock.monotonicMs() - trimmedAtMs >= TRIM_MS;
      if (isTrimDue) {
        await ingest.trim();
        trimmedAtMs = clock.monotonicMs();
      }
      if (given > 0 || !ingest.isDone || !(await ingest.isWritten())) continue;
      await onFinished();
      return;
    }
    // What the feed has said until now is given, so that a stop leaves nothing behind that others
    // could fold.
    while (ingest.waiting > 0 && (await ingest.turn(token)) > 0);
  }
}

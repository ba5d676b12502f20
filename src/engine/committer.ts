import { wordsOf } from './domain/words-of.js';
import type { AuditContext } from './audit-row.js';
import { auditBatch } from './audit-rows.js';
import type { FoldedBatch } from './domain/folded-batch.js';
import type { AuditStore, CommittedRows } from './ports/audit-store.js';
import type { Clock } from './ports/clock.js';
import type { Spool } from './spool.js';

export interface CommitterDeps {
  readonly audit: AuditStore;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly rows: AuditContext;
  /** Journal durable up to here before anything is committed. */
  readonly syncJournal: () => Promise<void>;
  /** Streams, topics, keys and screen; after the commit, in order. */
  readonly publish: (batch: FoldedBatch) => Promise<void>;
  /** `run` has ended with a failure that `throwIfFailed` throws. */
  readonly onFailed: () => void;
  /** Something that was offered is through: there may be room again. */
  readonly onRoom: () => void;
  readonly onStalled: (reason: string) => void;
  readonly onRecovered: () => void;
  readonly onStep: (step: 'audit' | 'publish' | 'total', ms: number) => void;
  readonly limits: CommitterLimits;
}

export interface CommitterLimits {
  /** Batches that may wait in memory before the runner waits. */
  readonly waitingMax: number;
  /** Facts that one transaction takes together. */
  readonly factsPerCommitMax: number;
  /** Beyond this the runner waits, so that an outage can't fill the disk. */
  readonly spoolBytesMax: number;
  readonly retryMsMin: number;
  readonly retryMsMax: number;
}

export type CommitterState = 'ok' | 'stalled' | 'recovering';

/**
 * Audit before publish before acknowledgement. While the audit can't commit, batches go to the
 * spool on disk and nothing is published; when it can again, the spool drains first, in order.
 */
export class Committer {
  state: CommitterState = 'ok';
  reason = '';
  sinceMs: number | null = null;
  /** Committed and published up to here. */
  seqCommitted: number;
  /** Committed up to here; publication follows. */
  seqAudited: number;
  /** The newest input with rows in the audit trail. */
  seqRecorded = 0;
  lastCommitAtMs: number | null = null;
  failures = 0;
  readonly rowsCommitted: Record<string, number> = {};
  readonly #deps: CommitterDeps;
  readonly #waiting: FoldedBatch[] = [];
  #inFlight: FoldedBatch | null = null;
  #publishing: Promise<void> | null = null;
  /** When the oldest input of the batch arrived that is being published. */
  #publishingSinceMs: number | null = null;
  #wake: (() => void) | null = null;
  #room: (() => void)[] = [];
  #stopping = false;
  #leaving = false;
  #retryMs = 0;
  #nextTryAtMs = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(deps: CommitterDeps, seqCommitted: number) {
    this.#deps = deps;
    this.seqCommitted = seqCommitted;
    this.seqAudited = seqCommitted;
  }

  /** Age of the oldest batch that waits for its commit. */
  lagMs(): number {
    const oldest = this.#inFlight ?? this.#waiting[0];
    if (oldest !== undefined) return this.#deps.clock.monotonicMs() - oldest.arrivedAtMs;
    return this.state === 'ok' || this.sinceMs === null
      ? 0
      : this.#deps.clock.nowMs() - this.sinceMs;
  }

  /** Age of the oldest batch that waits for its publication; a stall counts from its beginning. */
  publishLagMs(): number {
    const sinceMs = this.#publishingSinceMs;
    return sinceMs === null ? this.lagMs() : this.#deps.clock.monotonicMs() - sinceMs;
  }

  /** Takes the batch whether or not there is room; whoever offers looks at `hasRoom` first. */
  offer(batch: FoldedBatch): void {
    this.throwIfFailed();
    this.#waiting.push(batch);
    this.#wake?.();
  }

  hasRoom(): boolean {
    return this.#waiting.length < this.#deps.limits.waitingMax;
  }

  /** Resolves when there is room, when nobody is to wait any longer, or when `run` has failed. */
  async room(): Promise<void> {
    while (!this.hasRoom() && !this.#abandons()) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
      this.throwIfFailed();
    }
  }

  /** A snapshot is saved only behind its commit, so up to there everything is on record. */
  noteCommitted(seq: number): void {
    this.seqCommitted = Math.max(this.seqCommitted, seq);
    this.seqAudited = Math.max(this.seqAudited, seq);
  }

  /** The audit trail has rows up to there, as it says itself. */
  noteRecorded(seq: number): void {
    this.seqRecorded = Math.max(this.seqRecorded, seq);
  }

  /** Throws what ended `run` before its time. */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /**
   * Resolves once all that was offered is committed and published, or is in the spool; after
   * `leave` also when the spool has no room for it.
   */
  async settled(): Promise<void> {
    this.throwIfFailed();
    while (this.#isBusy() && !this.#abandons()) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
      this.throwIfFailed();
    }
  }

  /**
   * Resolves once a stall is over and its spool is drained; after `limitMs`, or when somebody wants
   * to go, in the stall.
   */
  async recovered(limitMs: number): Promise<void> {
    const { clock, limits } = this.#deps;
    const untilMs = clock.monotonicMs() + limitMs;
    while (this.state !== 'ok' && !this.#leaving && clock.monotonicMs() < untilMs) {
      await clock.sleep(limits.retryMsMin);
      this.throwIfFailed();
    }
  }

  /** Runs until `stop`; then what waits is committed, or left to the journal in a stall. */
  async run(): Promise<void> {
    try {
      for (;;) {
        this.throwIfFailed();
        if (this.#stopping && this.state !== 'ok') return;
        const batch = this.#spoolFull() ? null : this.#take();
        if (batch !== null) await this.#handle(batch);
        else if (this.state !== 'ok') await this.#retry();
        else if (this.#stopping) return;
        else await this.#sleepUntilWoken(null);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      await this.#publishing;
      this.#releaseRoom();
    }
  }

  /** Somebody wants to go: nobody waits any longer for a database that is away and a spool that is full. */
  leave(): void {
    this.#leaving = true;
    this.#releaseRoom();
  }

  /** Ends `run` once the queue is empty; in a stall at once, because the journal has the rest. */
  stop(): void {
    this.#stopping = true;
    this.#wake?.();
  }

  #isBusy(): boolean {
    return this.#waiting.length > 0 || this.#inFlight !== null || this.#publishing !== null;
  }

  /** What waits then is left to the journal, like everything else in a stall. */
  #abandons(): boolean {
    return this.#leaving && this.#spoolFull();
  }

  #spoolFull(): boolean {
    return this.state !== 'ok' && this.#deps.spool.bytes > this.#deps.limits.spoolBytesMax;
  }

  /** All that waits, as one batch: the slower the database, the larger the transaction. */
  #take(): FoldedBatch | null {
    const first = this.#waiting.shift();
    if (first === undefined) return null;
    const outputs = [...first.outputs];
    let last = first;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (outputs.length + next.outputs.length > this.#deps.limits.factsPerCommitMax) break;
      this.#waiting.shift();
      for (const fact of next.outputs) outputs.push(fact);
      last = next;
    }
    const { seqFirst, arrivedAtMs } = first;
    return { seqFirst, seqLast: last.seqLast, digest: last.digest, outputs, arrivedAtMs };
  }

  async #handle(batch: FoldedBatch): Promise<void> {
    this.#inFlight = batch;
    if (this.state === 'ok') {
      const failed = await this.#commit(batch);
      if (failed !== null) {
        this.#stall(failed);
        await this.#deps.spool.add(batch);
      }
    } else {
      await this.#deps.spool.add(batch);
    }
    // Before the pause of a retry: whoever waits for this batch need not wait for the database.
    this.#inFlight = null;
    this.#releaseRoom();
    if (this.state !== 'ok') await this.#retry();
  }

  /** @returns null when committed and published, else why the database would not */
  async #commit(batch: FoldedBatch): Promise<string | null> {
    const { clock, audit, rows, onStep } = this.#deps;
    const start = clock.monotonicMs();
    const prepared = auditBatch(batch, rows);
    try {
      await this.#deps.syncJournal();
      if (prepared !== null) {
        this.#noteRows(await audit.commit({ ...prepared, recordedSeq: this.seqRecorded }));
        this.noteRecorded(batch.seqLast);
      }
    } catch (error) {
      this.failures += 1;
      // Whatever it is, what was decided is not on record: orders stop, and it is tried again.
      return wordsOf(error);
    }
    const committed = clock.monotonicMs();
    this.seqAudited = batch.seqLast;
    onStep('audit', committed - start);
    // While the database works on the next batch this one is published; never more than one is.
    await this.#publishing;
    this.throwIfFailed();
    this.#publishing = this.#publish(batch, committed);
    return null;
  }

  /** Never rejects: what goes wrong ends `run`. */
  async #publish(batch: FoldedBatch, committedAtMs: number): Promise<void> {
    const { clock, onStep } = this.#deps;
    this.#publishingSinceMs = batch.arrivedAtMs;
    try {
      await this.#deps.publish(batch);
      const doneAtMs = clock.monotonicMs();
      onStep('publish', doneAtMs - committedAtMs);
      onStep('total', doneAtMs - batch.arrivedAtMs);
      this.seqCommitted = batch.seqLast;
    } catch (error) {
      this.#fail(error);
    }
    this.#publishing = null;
    this.#publishingSinceMs = null;
    this.#releaseRoom();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#deps.onFailed();
    this.#wake?.();
  }

  #noteRows(rows: CommittedRows): void {
    this.lastCommitAtMs = this.#deps.clock.nowMs();
    for (const [table, count] of Object.entries(rows)) {
      this.rowsCommitted[table] = (this.rowsCommitted[table] ?? 0) + count;
    }
  }

  #stall(reason: string): void {
    this.state = 'stalled';
    this.reason = reason;
    this.sinceMs = this.#deps.clock.nowMs();
    this.#retryMs = this.#deps.limits.retryMsMin;
    this.#nextTryAtMs = this.#deps.clock.monotonicMs() + this.#retryMs;
    this.#deps.onStalled(reason);
  }

  /** Tries the spool again when it is time to; waits for that or for a new batch. */
  async #retry(): Promise<void> {
    const { clock, spool, limits } = this.#deps;
    const waitMs = this.#nextTryAtMs - clock.monotonicMs();
    if (waitMs > 0) {
      if (this.#waiting.length === 0 || this.#spoolFull()) await this.#sleepUntilWoken(waitMs);
      return;
    }
    for (let batch = await spool.oldest(); batch !== null; batch = await spool.oldest()) {
      const failed = await this.#commit(batch);
      if (failed !== null) {
        this.state = 'stalled';
        this.reason = failed;
        this.#retryMs = Math.min(this.#retryMs * 2, limits.retryMsMax);
        this.#nextTryAtMs = clock.monotonicMs() + this.#retryMs;
        return;
      }
      this.state = 'recovering';
      await spool.dropOldest(batch);
    }
    this.state = 'ok';
    this.reason = '';
    this.sinceMs = null;
    this.#deps.onRecovered();
  }

  async #sleepUntilWoken(ms: number | null): Promise<void> {
    const abort = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#stopping || (this.#waiting.length > 0 && !this.#spoolFull())) return;
    await (ms === null ? woken : Promise.race([woken, this.#deps.clock.sleep(ms, abort.signal)]));
    this.#wake = null;
    abort.abort();
  }

  #releaseRoom(): void {
    const waiting = this.#room;
    this.#room = [];
    for (const resolve of waiting) resolve();
    this.#deps.onRoom();
  }
}

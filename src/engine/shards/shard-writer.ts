import { wordsOf } from '../domain/words-of.js';
import type { AuditContext } from '../audit-row.js';
import { auditBatch } from '../audit-rows.js';
import type { Input, OrderReported } from '../domain/inputs.js';
import type { EngineFigures } from '../figures.js';
import type { FoldedBatch } from '../domain/folded-batch.js';
import type { AuditStore } from '../ports/audit-store.js';
import type { Clock } from '../ports/clock.js';
import type { FenceToken, ShardInput, ShardLog, SourceOffsets } from '../ports/shard-log.js';
import type { ShardRecord, ShardStore } from '../ports/shard-store.js';
import { Fenced } from '../ports/fenced.js';
import { ShardLost } from './shard-lost.js';

export interface WriterDeps {
  readonly run: ShardRecord;
  readonly log: ShardLog;
  readonly audit: AuditStore;
  readonly store: ShardStore;
  readonly clock: Clock;
  readonly rows: AuditContext;
  readonly figures: EngineFigures;
  /** Streams, topics, keys and screen; may be repeated. */
  readonly publish: (batch: FoldedBatch) => Promise<void>;
  readonly limits: WriterLimits;
}

export interface WriterLimits {
  readonly factsPerCommitMax: number;
  readonly batchesPerRead: number;
  readonly waitMs: number;
  /** Inputs without facts wait for a commit for at most this long, and this many. */
  readonly idleMs: number;
  readonly idleInputsMax: number;
}

export type WriterState = 'ok' | 'stalled';

/** One source for all writers of a shard: it says by turns that a stall begins and that it has ended. */
const STALLS = 'stalls';
const STALLS_LOOK_MS = 1_000;

/** The writer of a shard: audit before publication before acknowledgement, in order. */
export class ShardWriter {
  state: WriterState = 'ok';
  reason = '';
  sinceMs: number | null = null;
  failures = 0;
  lastCommitAtMs: number | null = null;
  readonly rowsCommitted: Record<string, number> = {};
  seqWritten = 0;
  /** Wall time since when something waits for its commit; null when nothing does. */
  waitingSinceMs: number | null = null;
  readonly #deps: WriterDeps;
  readonly #token: FenceToken;
  readonly #source: string;
  #offset = 0;
  #isTaken = false;
  #seqAudited = 0;
  #movedAtMs = 0;
  /** Read from the log and not written yet. */
  #read: FoldedBatch[] = [];
  #stallsLookedAtMs = -Infinity;

  constructor(deps: WriterDeps, token: FenceToken) {
    this.#deps = deps;
    this.#token = token;
    this.#source = `writer:${token}`;
  }

  get seqAudited(): number {
    return this.#seqAudited;
  }

  async recover(): Promise<void> {
    const { store, run } = this.#deps;
    await store.startRun(run);
    await this.#take();
  }

  /** @returns false where nobody has begun the shard: whoever does ends the turn of all writers */
  async #take(): Promise<boolean> {
    const { log, store, run, clock } = this.#deps;
    if ((await log.head()) === null) return false;
    // Before anything is read: whoever wrote before moves nothing of it any more.
    await store.claim(run.runId, this.#token);
    this.#seqAudited = (await store.cursor(run.runId))?.seq ?? 0;
    const head = await log.head();
    this.seqWritten = head?.writtenSeq ?? this.#seqAudited;
    this.#offset = head?.sources[this.#source] ?? 0;
    this.#movedAtMs = clock.monotonicMs();
    this.#isTaken = true;
    return true;
  }

  /** One round. @returns how many inputs went on record; throws Fenced or DependencyError */
  async turn(): Promise<number> {
    if (!this.#isTaken && !(await this.#take())) {
      await this.#deps.clock.sleep(this.#deps.limits.waitMs);
      return 0;
    }
    try {
      await this.#readMore();
      const { factsPerCommitMax } = this.#deps.limits;
      const batch = merged(following(this.#read, factsPerCommitMax, this.#seqAudited));
      // What could not be committed would be here.
      if (batch === null) await this.#endStall();
      if (batch === null || !this.#isDue(batch)) return 0;
      await this.#write(batch);
      this.#read = this.#read.filter(({ seqLast }) => seqLast > batch.seqLast);
      return batch.seqLast - batch.seqFirst + 1;
    } catch (error) {
      // What was read may be there no more.
      this.#read = [];
      throw error;
    }
  }

  /** Facts behind those that wait; where none waits for its commit, until some come. */
  async #readMore(): Promise<void> {
    const { log, limits } = this.#deps;
    const first = this.#read[0];
    if (first !== undefined && first.seqFirst > this.seqWritten + 1) this.#read = [];
    const after = this.#read.at(-1)?.seqLast ?? this.seqWritten;
    const isWaited = this.#read.some(({ outputs }) => outputs.length > 0);
    const room = limits.batchesPerRead - this.#read.length;
    if (room > 0) {
      const more = await log.facts(after, room, isWaited ? 0 : limits.waitMs);
      for (const batch of more) this.#read.push(batch);
    }
    this.waitingSinceMs = this.#read[0]?.arrivedAtMs ?? null;
    const [oldest] = this.#read;
    if (oldest === undefined || oldest.seqFirst > this.seqWritten + 1) await this.#followLog();
  }

  /** Inputs of which nothing came need no transaction of their own. */
  #isDue({ seqFirst, seqLast, outputs }: FoldedBatch): boolean {
    const { clock, limits } = this.#deps;
    if (seqFirst > this.seqWritten + 1) return false;
    if (outputs.length > 0 || this.#read.length >= limits.batchesPerRead) return true;
    const isLong = clock.monotonicMs() - this.#movedAtMs >= limits.idleMs;
    return isLong || seqLast - this.seqWritten >= limits.idleInputsMax;
  }

  async #write(batch: FoldedBatch): Promise<void> {
    const { log, figures, clock } = this.#deps;
    const startMs = clock.monotonicMs();
    const inputs = await this.#inputsOf(batch);
    const durable = newestOffsets(inputs);
    if (batch.seqLast > this.#seqAudited) await this.#audit(batch, inputs, durable);
    const auditedMs = clock.monotonicMs();
    figures.noteStep('audit', auditedMs - startMs);
    await this.#deps.publish(batch);
    await log.written(batch.seqLast, durable);
    this.seqWritten = batch.seqLast;
    this.#movedAtMs = clock.monotonicMs();
    figures.noteStep('publish', this.#movedAtMs - auditedMs);
    figures.noteStep('total', Math.max(0, clock.nowMs() - batch.arrivedAtMs));
  }

  async #audit(
    batch: FoldedBatch,
    inputs: readonly ShardInput[],
    sources: SourceOffsets,
  ): Promise<void> {
    const { audit, rows, run, clock } = this.#deps;
    const empty = { runId: run.runId, rows: {}, ...batch };
    const { seqFirst, seqLast, digest, rows: filled } = auditBatch(batch, rows) ?? empty;
    try {
      const shard = { token: this.#token, inputs, sources };
      const taken = await audit.commit({
        runId: run.runId,
        seqFirst,
        seqLast,
        digest,
        rows: filled,
        shard,
      });
      for (const [table, count] of Object.entries(taken)) {
        this.rowsCommitted[table] = (this.rowsCommitted[table] ?? 0) + count;
      }
    } catch (error) {
      if (error instanceof Fenced) throw error;
      await this.#stall(error);
      throw error;
    }
    this.#seqAudited = seqLast;
    this.lastCommitAtMs = clock.nowMs();
    await this.#endStall();
  }

  /** The inputs are kept with their facts; those of a batch that is there already may be gone. */
  async #inputsOf({ seqFirst, seqLast }: FoldedBatch): Promise<readonly ShardInput[]> {
    const { log } = this.#deps;
    const inputs: ShardInput[] = [];
    let after = seqFirst - 1;
    while (after < seqLast) {
      const some = await log.read(after, seqLast - after, 0);
      const last = some.at(-1);
      if (last === undefined) break;
      for (const one of some) if (one.seq <= seqLast) inputs.push(one);
      after = last.seq;
    }
    if (inputs.length < seqLast - seqFirst + 1 && seqLast > this.#seqAudited) {
      throw new ShardLost(`inputs ${seqFirst}..${seqLast} of the shard are gone`);
    }
    return inputs;
  }

  /** The log may have been begun again behind what is on record, or have lost what was told to it. */
  async #followLog(): Promise<void> {
    const { log } = this.#deps;
    const head = await log.head();
    if (head === null || head.writtenSeq === this.seqWritten) return;
    if (head.writtenSeq > this.seqWritten) this.seqWritten = head.writtenSeq;
    else if (head.foldedSeq >= this.seqWritten) await log.written(this.seqWritten, {});
  }

  async #stall(error: unknown): Promise<void> {
    const { clock, log } = this.#deps;
    this.failures += 1;
    this.reason = wordsOf(error);
    if (this.state === 'ok') this.sinceMs = clock.nowMs();
    this.state = 'stalled';
    this.#stallsLookedAtMs = -Infinity;
    const said = (await log.head())?.sources[STALLS] ?? 0;
    if (said % 2 === 1) return;
    await this.#say(STALLS, said, {
      kind: 'AuditStalled',
      reason: this.reason,
      atMs: clock.nowMs(),
    });
  }

  /** Whoever told the fold of a stall may be gone, and the next writer does not know of it: the log does. */
  async #endStall(): Promise<void> {
    const { clock, log } = this.#deps;
    this.state = 'ok';
    this.reason = '';
    this.sinceMs = null;
    if (clock.monotonicMs() - this.#stallsLookedAtMs < STALLS_LOOK_MS) return;
    const said = (await log.head())?.sources[STALLS] ?? 0;
    if (said % 2 === 1) {
      await this.#say(STALLS, said, { kind: 'AuditRecovered', atMs: clock.nowMs() });
    }
    this.#stallsLookedAtMs = clock.monotonicMs();
  }

  /** Which orders the gate kept back. @throws ShardLost when the fold would not learn of it */
  async report(input: OrderReported): Promise<void> {
    await this.#say(this.#source, this.#offset, input);
    this.#offset += 1;
  }

  async #say(source: string, afterOffset: number, input: Input): Promise<void> {
    const inputs = [{ offset: afterOffset + 1, input }];
    const { state } = await this.#deps.log.deliver({ source, afterOffset, inputs });
    if (state !== 'taken') throw new ShardLost(`the shard does not take a report (${state})`);
  }
}

/** Of those that follow each other, as many as fit: the slower the database, the more. */
function following(
  batches: readonly FoldedBatch[],
  factsMax: number,
  seqAudited: number,
): readonly FoldedBatch[] {
  let facts = 0;
  const end = batches.findIndex((batch, i) => {
    facts += batch.outputs.length;
    const before = batches[i - 1];
    if (before === undefined) return false;
    if (batch.seqFirst !== before.seqLast + 1 || before.seqLast === seqAudited) return true;
    return facts > factsMax;
  });
  return end < 0 ? batches : batches.slice(0, end);
}

function merged(batches: readonly FoldedBatch[]): FoldedBatch | null {
  const [first, last] = [batches[0], batches.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { seqFirst, arrivedAtMs } = first;
  return { ...last, seqFirst, arrivedAtMs, outputs: batches.flatMap(({ outputs }) => outputs) };
}

function newestOffsets(inputs: readonly ShardInput[]): SourceOffsets {
  const offsets: Record<string, number> = {};
  for (const { source, offset } of inputs) offsets[source] = offset;
  return offsets;
}

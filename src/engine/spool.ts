import { assertInvariant } from './domain/invariant.js';
import type { FoldedBatch } from './domain/folded-batch.js';
import { batchFields, batchOf } from './domain/folded-batch-fields.js';
import type { EventLog } from './ports/event-log.js';

const STREAM = 'spool';

/** Batches that wait on disk for the database, oldest first. */
export class Spool {
  batches = 0;
  bytes = 0;
  readonly #log: EventLog;
  /**
   * Entries are counted, not named after their inputs: recovery may fold inputs again that a former
   * process had spooled, and a log skips ids that it has passed.
   */
  #added = 0;
  #dropped = 0;
  #oldest = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Durable when resolved. */
  async add(batch: FoldedBatch): Promise<void> {
    const fields = batchFields(batch);
    const id = { seq: this.#added + 1, ord: 0 };
    const taken = await this.#log.append(STREAM, [{ id, fields }]);
    assertInvariant(taken === 1, `the spool takes the batch up to input ${batch.seqLast}`);
    await this.#log.sync(STREAM);
    this.#added = id.seq;
    this.batches += 1;
    this.bytes += fields['outputs']?.length ?? 0;
  }

  async oldest(): Promise<FoldedBatch | null> {
    const [entry] = await this.#log.read(STREAM, { seq: this.#dropped, ord: 0 }, 1);
    if (entry === undefined) return null;
    this.#oldest = entry.id.seq;
    return batchOf(entry.fields);
  }

  /** Drops the batch that `oldest` gave. */
  async dropOldest(batch: FoldedBatch): Promise<void> {
    this.#dropped = this.#oldest;
    this.batches -= 1;
    this.bytes -= JSON.stringify(batch.outputs).length;
    await this.#log.trimBelow(STREAM, { seq: this.#dropped + 1, ord: 0 });
  }

  /**
   * Forgets what a former process left: recovery folds it again from the journal, in order, with the
   * same ids, so the spool of a dead process holds nothing that the journal lacks.
   */
  async clear(): Promise<void> {
    const lastId = (await this.#log.info(STREAM))?.lastId ?? null;
    if (lastId === null) return;
    this.#added = lastId.seq;
    this.#dropped = lastId.seq;
    await this.#log.trimBelow(STREAM, { seq: lastId.seq + 1, ord: 0 });
  }
}

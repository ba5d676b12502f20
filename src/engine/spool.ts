import type { FoldedBatch } from './folded-batch.js';
import type { Output } from './domain/events.js';
import type { EventLog } from './ports/event-log.js';

const STREAM = 'spool';

/** Batches that wait on disk for the database, oldest first. */
export class Spool {
  batches = 0;
  bytes = 0;
  readonly #log: EventLog;
  #dropped = 0;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Durable when resolved. */
  async add(batch: FoldedBatch): Promise<void> {
    const text = JSON.stringify(batch.outputs);
    const fields = {
      seqFirst: String(batch.seqFirst),
      seqLast: String(batch.seqLast),
      digest: batch.digest,
      arrivedAtMs: String(batch.arrivedAtMs),
      outputs: text,
    };
    await this.#log.append(STREAM, [{ id: { seq: batch.seqLast, ord: 0 }, fields }]);
    await this.#log.sync(STREAM);
    this.batches += 1;
    this.bytes += text.length;
  }

  async oldest(): Promise<FoldedBatch | null> {
    const [entry] = await this.#log.read(STREAM, { seq: this.#dropped, ord: 0 }, 1);
    if (entry === undefined) return null;
    const { fields } = entry;
    return {
      seqFirst: Number(fields['seqFirst']),
      seqLast: Number(fields['seqLast']),
      digest: fields['digest'] ?? '',
      arrivedAtMs: Number(fields['arrivedAtMs']),
      outputs: JSON.parse(fields['outputs'] ?? '[]') as Output[],
    };
  }

  async dropOldest(batch: FoldedBatch): Promise<void> {
    this.#dropped = batch.seqLast;
    this.batches -= 1;
    this.bytes -= JSON.stringify(batch.outputs).length;
    await this.#log.trimBelow(STREAM, { seq: batch.seqLast + 1, ord: 0 });
  }

  /**
   * Forgets what a former process left: recovery folds it again from the journal, in order, with the
   * same ids, so the spool of a dead process holds nothing that the journal lacks.
   */
  async clear(): Promise<void> {
    const info = await this.#log.info(STREAM);
    if (info?.lastId == null) return;
    this.#dropped = info.lastId.seq;
    await this.#log.trimBelow(STREAM, { seq: info.lastId.seq + 1, ord: 0 });
  }
}

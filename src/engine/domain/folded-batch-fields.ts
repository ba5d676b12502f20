import type { Output } from './events.js';
import type { FoldedBatch } from './folded-batch.js';

/** A batch as an entry of a stream. */
export function batchFields(batch: FoldedBatch): Readonly<Record<string, string>> {
  return {
    seqFirst: String(batch.seqFirst),
    seqLast: String(batch.seqLast),
    digest: batch.digest,
    arrivedAtMs: String(batch.arrivedAtMs),
    outputs: JSON.stringify(batch.outputs),
  };
}

export function batchOf(fields: Readonly<Record<string, string>>): FoldedBatch {
  return {
    seqFirst: Number(fields['seqFirst']),
    seqLast: Number(fields['seqLast']),
    digest: fields['digest'] ?? '',
    arrivedAtMs: Number(fields['arrivedAtMs']),
    outputs: JSON.parse(fields['outputs'] ?? '[]') as Output[],
  };
}

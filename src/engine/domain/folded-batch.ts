import type { Output } from './events.js';

/** Inputs that were folded together, with their facts, on the way to audit and publication. */
export interface FoldedBatch {
  readonly seqFirst: number;
  readonly seqLast: number;
  /** Rolling digest after `seqLast`. */
  readonly digest: string;
  readonly outputs: readonly Output[];
  /** Monotonic time at which the batch's inputs arrived. */
  readonly arrivedAtMs: number;
}

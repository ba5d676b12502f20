import type { Input, SequencedInput } from '../domain/inputs.js';
import type { FoldedBatch } from '../domain/folded-batch.js';

/** Whoever owns a shard; every later owner has a higher token. */
export type FenceToken = number;

/** Newest offset of each source that is in the shard; a source counts its own offsets upwards. */
export type SourceOffsets = Readonly<Record<string, number>>;

export interface ShardHead {
  /** Last input of the ordered stream. */
  readonly seq: number;
  /** Last input whose facts are in the stream of facts. */
  readonly foldedSeq: number;
  /** Last input whose facts are committed to the audit trail and published. */
  readonly writtenSeq: number;
  readonly sources: SourceOffsets;
  /** Of `sources`: up to here they are in the audit trail and need not be given again. */
  readonly durable: SourceOffsets;
  /** Oldest input that is still there; null when none is. */
  readonly firstSeq: number | null;
}

export interface ShardInput extends SequencedInput {
  readonly source: string;
  readonly offset: number;
}

export interface OffsetInput {
  readonly offset: number;
  readonly input: Input;
}

export interface Delivery {
  readonly source: string;
  /** What the sender believes to be there already. */
  readonly afterOffset: number;
  /** The source has said nothing else for this shard up to here; by default the last of `inputs`. */
  readonly upTo?: number;
  readonly inputs: readonly OffsetInput[];
  /** Who may deliver: of two feeders the one with the higher token. */
  readonly feeder?: FenceToken;
  /** Only the owner of the shard may. */
  readonly owner?: FenceToken;
}

export type Delivered =
  | { readonly state: 'taken'; readonly offset: number }
  /** Less is there than the sender believed: it has to go back to this offset. */
  | { readonly state: 'behind'; readonly offset: number }
  /** As many inputs wait as a feeder may give; nothing was taken. */
  | { readonly state: 'full' }
  /** The shard was never begun, or was lost. */
  | { readonly state: 'absent' }
  /** Somebody else has the turn now. */
  | { readonly state: 'fenced' };

export type FactsTaken =
  | { readonly state: 'taken'; readonly writtenSeq: number }
  | { readonly state: 'fenced' }
  /** The shard is not what the owner knows: lost, or back at an older state. */
  | { readonly state: 'absent' };

/**
 * One shard: its ordered inputs, and the facts that were folded of them, in a place that several
 * processes share. Each change is one atomic step that checks who may make it, and is the same
 * whether it is made once or twice, so what failed may be repeated.
 * Every method throws DependencyError when the place can't answer in time.
 */
export interface ShardLog {
  readonly shard: number;
  /** Null when the place knows nothing of the shard. */
  head(): Promise<ShardHead | null>;
  /** Begins the shard behind `seq`, and forgets what was there. @returns false when fenced */
  begin(
    owner: FenceToken,
    at: { readonly seq: number; readonly sources: SourceOffsets },
    opening: readonly Input[],
  ): Promise<boolean>;
  deliver(delivery: Delivery): Promise<Delivered>;
  /** Inputs behind `afterSeq`, oldest first; waits up to `waitMs` for the first. */
  read(afterSeq: number, limit: number, waitMs: number): Promise<readonly ShardInput[]>;
  /** Facts and offset in one step; a batch that is there already is taken again without effect. */
  putFacts(owner: FenceToken, batch: FoldedBatch): Promise<FactsTaken>;
  /** Batches whose last input is behind `afterSeq`, oldest first; waits as `read` does. */
  facts(afterSeq: number, limit: number, waitMs: number): Promise<readonly FoldedBatch[]>;
  /** Facts up to `seq` are committed and published; they are dropped here. */
  written(seq: number, durable: SourceOffsets): Promise<void>;
  /** Drops inputs below `seq`. */
  trimBelow(seq: number): Promise<void>;
}

export type LeaseAnswer =
  | { readonly state: 'held'; readonly token: FenceToken }
  | { readonly state: 'taken'; readonly owner: string };

/** Who may do what. A lease ends by itself; its token is checked wherever something is written. */
export interface Leases {
  /** A new token each time. @param tokenMin the token will be above it */
  acquire(name: string, owner: string, tokenMin: FenceToken): Promise<LeaseAnswer>;
  /** @returns false when it is no longer ours */
  renew(name: string, owner: string): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
  readonly ttlMs: number;
}

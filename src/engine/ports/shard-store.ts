import type { RunRecord } from './audit-store.js';
import type { FenceToken, ShardInput, SourceOffsets } from './shard-log.js';
import type { SnapshotStore } from './snapshot-store.js';

/** A shard of a run; each has a run id of its own, so that ids never meet. */
export interface ShardRecord extends RunRecord {
  readonly runGroup: string;
  readonly shard: number;
}

export type RunGroup = Pick<ShardRecord, 'runGroup' | 'startedAtMs'>;

export interface ShardCursor {
  readonly seq: number;
  readonly digest: string;
  readonly sources: SourceOffsets;
}

/** What goes into the transaction of a batch beside its rows. */
export interface ShardProgress {
  readonly token: FenceToken;
  /** The batch's inputs: what a shard is begun again from when the event log is lost. */
  readonly inputs: readonly ShardInput[];
  readonly sources: SourceOffsets;
}

/** What the database keeps of shards, so that the event log may be lost. Throws DependencyError. */
export interface ShardStore {
  startRun(run: ShardRecord): Promise<void>;
  /** The newest run with a shard of one of these identities; null when nothing of any was begun. */
  newestGroup(identities: readonly string[]): Promise<RunGroup | null>;
  /** Null when nothing of the run is committed. */
  cursor(runId: string): Promise<ShardCursor | null>;
  /** Highest token that any writer of the run had; 0 when none. */
  writerToken(runId: string): Promise<FenceToken>;
  /** From here on nobody with a lower token commits. @throws Fenced where another one has followed */
  claim(runId: string, token: FenceToken): Promise<void>;
  /**
   * Waits for the commit that is under way and ends the turn of all who write now: whoever commits next
   * has claimed anew. @returns where the record ends
   */
  endWriting(runId: string): Promise<ShardCursor | null>;
  /** Committed inputs behind `afterSeq`, oldest first, in batches. */
  inputs(runId: string, afterSeq: number): AsyncIterable<readonly ShardInput[]>;
  /** Saving one drops what no recovery needs any more. */
  readonly snapshots: SnapshotStore;
}

import type { EngineEntry, Role } from './engine-board.js';
import type { FenceToken, ShardHead } from './shard-log.js';

/** Who holds a lease. */
export interface LeaseHolder {
  readonly engineId: string;
  readonly token: FenceToken;
}

/** One look at a shard from outside, by anybody. */
export interface ShardLook {
  readonly shard: number;
  /** Null where the place knows nothing of the shard: not begun yet, or lost. */
  readonly head: Pick<ShardHead, 'seq' | 'foldedSeq' | 'writtenSeq'> | null;
  /** Who folds its inputs, and who writes its facts; null where nobody does. */
  readonly owner: LeaseHolder | null;
  readonly writer: LeaseHolder | null;
}

/** Looks at all shards of the run. Throws DependencyError when the place can't answer in time. */
export type LookAtShards = () => Promise<readonly ShardLook[]>;

/** How far a shard is, by the newest look at it. Wall times of this host. */
export interface ShardStanding extends ShardLook {
  /** Since when at least the oldest input waits that is not folded, or not written; null: none. */
  readonly unfoldedSinceMs: number | null;
  readonly unwrittenSinceMs: number | null;
  /** When inputs were last seen to come; null when none came since the first look. */
  readonly lastInputAtMs: number | null;
}

/** What a process sees of the run that it shares with others. */
export interface SharedRunStatus {
  /** Which of `engines` this process is. */
  readonly engineId: string;
  readonly roles: readonly Role[];
  /** Of this process: whether it reads the feed now, and whose inputs it folds. */
  readonly feeds: boolean;
  readonly folds: readonly number[];
  readonly shardCount: number;
  readonly engines: readonly EngineEntry[];
  /** Null before the first answer. */
  readonly enginesAtMs: number | null;
  /** In order; empty before the first look. */
  readonly shards: readonly ShardStanding[];
  readonly shardsAtMs: number | null;
  /** Why the last look failed; empty when it did not. */
  readonly lookTrouble: string;
}

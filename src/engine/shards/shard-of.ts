import type { FeedInput } from '../domain/inputs.js';
import type { Hash } from '../domain/hash.js';
import { runIdOf } from '../domain/ids.js';
import type { SharedRun } from '../ports/engine-board.js';
import { textHash } from '../domain/text-hash.js';

/** Every process must agree on it: it is part of what a run is. */
export function shardOf(symbol: string, shards: number): number {
  return textHash(symbol) % shards;
}

/** Time passes for everybody; all else belongs to its symbol. */
export function isForShard(input: FeedInput, shard: number, shards: number): boolean {
  return input.kind === 'TimerElapsed' || shardOf(input.symbol, shards) === shard;
}

/** A shard is a run of its own, so that ids of two shards never meet. */
export function shardIdentity(run: Pick<SharedRun, 'identity' | 'shards'>, shard: number): string {
  return `${run.identity}|shard ${shard}/${run.shards}`;
}

export function shardRunId(
  hash: Hash,
  run: Pick<SharedRun, 'identity' | 'shards' | 'startedAtMs'>,
  shard: number,
): string {
  return runIdOf(hash, shardIdentity(run, shard), run.startedAtMs);
}

import type { FeedInput } from '../domain/inputs.js';
import { textHash } from '../domain/text-hash.js';

/** Every process must agree on it: it is part of what a run is. */
export function shardOf(symbol: string, shards: number): number {
  return textHash(symbol) % shards;
}

/** Time passes for everybody; all else belongs to its symbol. */
export function isForShard(input: FeedInput, shard: number, shards: number): boolean {
  return input.kind === 'TimerElapsed' || shardOf(input.symbol, shards) === shard;
}

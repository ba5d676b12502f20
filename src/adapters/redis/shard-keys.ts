/**
 * Keys of the sharded streams. All keys of a shard have one hash tag, so that a script can change
 * them in one step on a Redis Cluster as well.
 */
export interface ShardKeys {
  /** Hash: seq, folded, written, feeder; `src:<source>` and `dur:<source>` offsets. */
  readonly meta: string;
  /** Stream: the ordered inputs, id `<seq>-0`. */
  readonly inputs: string;
  /** Stream: batches of facts, id `<last seq>-0`. */
  readonly facts: string;
  /** Number: the highest token of an owner. */
  readonly fence: string;
}

export function shardKeys(runGroup: string, shard: number): ShardKeys {
  const tag = `cdb:{${runGroup}:${shard}}`;
  return {
    meta: `${tag}:meta`,
    inputs: `${tag}:inputs`,
    facts: `${tag}:facts`,
    fence: fenceKey(pipelineLease(runGroup, shard)),
  };
}

/** The owner's fence lies beside the shard that it guards. */
export function pipelineLease(runGroup: string, shard: number): string {
  return `cdb:{${runGroup}:${shard}}:owner`;
}

export function writerLease(runGroup: string, shard: number): string {
  return `cdb:{${runGroup}:${shard}}:writer`;
}

export function feederLease(runGroup: string): string {
  return `cdb:{${runGroup}}:feeder`;
}

/** Of the run as a whole, and the leases of its shards. */
export function runKeys(runGroup: string, shards: number): readonly string[] {
  const leases = [feederLease(runGroup)];
  for (let shard = 0; shard < shards; shard += 1) {
    leases.push(pipelineLease(runGroup, shard), writerLease(runGroup, shard));
  }
  return [...leases.flatMap((lease) => [lease, fenceKey(lease)]), enginesKey(runGroup)];
}

/** Hash: what each process says of itself. */
export function enginesKey(runGroup: string): string {
  return `cdb:{${runGroup}}:engines`;
}

export function fenceKey(lease: string): string {
  return `${lease}:fence`;
}

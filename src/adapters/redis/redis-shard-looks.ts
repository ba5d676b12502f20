import type { LeaseHolder, LookAtShards, ShardLook } from '../../engine/ports/shared-run-status.js';
import type { RedisLink } from './redis-link.js';
import { fenceKey, pipelineLease, shardKeys, writerLease } from './shard-keys.js';

/** Two short commands a shard; they change nothing. */
export function redisShardLooks(
  link: RedisLink,
  { runGroup, shards }: { readonly runGroup: string; readonly shards: number },
): LookAtShards {
  const look = async (shard: number): Promise<ShardLook> => {
    const action = `look at shard ${shard}`;
    const leases = [pipelineLease(runGroup, shard), writerLease(runGroup, shard)];
    const { meta } = shardKeys(runGroup, shard);
    const [head, holders] = await Promise.all([
      link.call(action, 'HMGET', meta, 'seq', 'folded', 'written'),
      link.call(action, 'MGET', ...leases.flatMap((lease) => [lease, fenceKey(lease)])),
    ]);
    const [owner, ownerToken, writer, writerToken] = holders as readonly (string | null)[];
    return {
      shard,
      head: headOf(head as readonly (string | null)[]),
      owner: holderOf(owner, ownerToken),
      writer: holderOf(writer, writerToken),
    };
  };
  return () => Promise.all(Array.from({ length: shards }, (_, shard) => look(shard)));
}

function headOf([seq, folded, written]: readonly (string | null)[]): ShardLook['head'] {
  if (typeof seq !== 'string') return null;
  return { seq: Number(seq), foldedSeq: Number(folded), writtenSeq: Number(written) };
}

function holderOf(
  engineId: string | null | undefined,
  token: string | null | undefined,
): LeaseHolder | null {
  return typeof engineId === 'string' ? { engineId, token: Number(token) } : null;
}

import type { Leases } from '../../engine/ports/shard-log.js';
import { toRedisError } from './redis-error.js';
import type { RedisLink } from './redis-link.js';
import { fenceKey } from './shard-keys.js';
import { ACQUIRE, RENEW } from './shard-scripts.js';

/** A lease's name is its key; its fence lies beside it. */
export function redisLeases(link: RedisLink, ttlMs: number): Leases {
  return {
    ttlMs,
    acquire: async (name, owner, tokenMin) => {
      const keys = [name, fenceKey(name)];
      const answer = await link.run('acquire a lease', ACQUIRE, keys, [owner, ttlMs, tokenMin]);
      if (!Array.isArray(answer)) throw toRedisError('acquire a lease', 'the answer is no list');
      const [state, value] = answer as [string, unknown];
      return state === 'held'
        ? { state, token: Number(value) }
        : { state: 'taken', owner: String(value) };
    },
    renew: async (name, owner) =>
      (await link.run('renew a lease', RENEW, [name], [owner, ttlMs])) === 1,
    release: async (name, owner) => {
      await link.run('give back a lease', RENEW, [name], [owner, 0]);
    },
  };
}

import { nullWhere } from '../../../adapters/redis/redis-error.js';
import {
  openRedisLink,
  untilAnswered,
  type RedisLink,
} from '../../../adapters/redis/redis-link.js';
import type { SecretUrl } from '../../../config/secrets.js';
import type { Clock } from '../../../engine/ports/clock.js';

const LIMITS = { connectTimeoutMs: 1_000, commandTimeoutMs: 1_500, whileLoading: true };
const ANSWER_MS_MAX = 700;

/**
 * A connection for the time of `work`, and at most until `signal`. One that loads its files, or
 * can't write them, lets itself be asked how it is.
 * @throws DependencyError when it does not answer in time, or lets nobody in
 */
export async function withRedis<T>(
  secret: SecretUrl,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: (link: RedisLink) => Promise<T>,
): Promise<T> {
  const link = openRedisLink(secret.url, 'cdb-doctor', LIMITS);
  const close = (): void => {
    link.close();
  };
  signal.addEventListener('abort', close, { once: true });
  try {
    await untilAnswered(link, clock, ANSWER_MS_MAX, 'INFO').catch(nullWhere('NOPERM'));
    return await work(link);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

import {
  openRedisLink,
  untilAnswered,
  type RedisLink,
} from '../../../adapters/redis/redis-link.js';
import type { Clock } from '../../../engine/ports/clock.js';

/** Of one answer: two looks and the second between them fit into the time of a probe. */
export const ANSWER_MS_MAX = 600;
const NAME = 'cdb doctor';

/** @throws DependencyError where the server does not answer in time */
export async function openStreams(url: string, clock: Clock): Promise<RedisLink> {
  const link = openRedisLink(url, NAME, {
    connectTimeoutMs: ANSWER_MS_MAX,
    commandTimeoutMs: ANSWER_MS_MAX,
  });
  try {
    await untilAnswered(link, clock, ANSWER_MS_MAX);
    return link;
  } catch (fault) {
    link.close();
    throw fault;
  }
}

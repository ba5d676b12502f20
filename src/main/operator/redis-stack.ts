import { openRedisLink, untilAnswered, type RedisLink } from '../../adapters/redis/redis-link.js';
import { redisStackReader } from '../../adapters/redis/redis-stack-reader.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { StackPort } from '../../commands/operator-ports.js';
import type { SecretUrl } from '../../config/secrets.js';
import { originText } from '../../config/setting.js';
import { DependencyError } from '../../operator-error.js';
import { redisUnreachable } from '../redis-errors.js';

const ANSWER_MS_MAX = 3_000;

/** Connects when it is used first; the connection ends with the process, as every command does. */
export function redisStack({ url, origin }: SecretUrl): Pick<StackPort, 'use'> {
  const clock = systemClock();
  const where = originText(origin);
  let link: RedisLink | null = null;
  return {
    use: async (work) => {
      link ??= openRedisLink(url, 'cdb-watch');
      try {
        await untilAnswered(link, clock, ANSWER_MS_MAX);
      } catch (fault) {
        const todo = `take ${where} away: the files of this directory are read then`;
        throw fault instanceof DependencyError ? redisUnreachable(where, todo, fault) : fault;
      }
      return work(redisStackReader(link));
    },
  };
}

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
export function redisStack(secret: SecretUrl): Pick<StackPort, 'use'> {
  let link: RedisLink | null = null;
  return {
    use: async (work) => {
      link ??= openRedisLink(secret.url, 'cdb-watch');
      return work(redisStackReader(await answered(link, secret)));
    },
  };
}

/** @throws OperatorError when it does not answer in time, or lets nobody in */
export async function answered(link: RedisLink, { origin }: SecretUrl): Promise<RedisLink> {
  const where = originText(origin);
  try {
    await untilAnswered(link, systemClock(), ANSWER_MS_MAX);
    return link;
  } catch (fault) {
    const otherwise = `take ${where} away: the files of this directory are read then`;
    throw fault instanceof DependencyError ? redisUnreachable(where, otherwise, fault) : fault;
  }
}

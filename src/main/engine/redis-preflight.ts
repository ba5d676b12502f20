import { untilAnswered, type RedisLink } from '../../adapters/redis/redis-link.js';
import { redisStackReader } from '../../adapters/redis/redis-stack-reader.js';
import type { SecretUrl } from '../../config/secrets.js';
import { originText } from '../../config/setting.js';
import { TOPICS } from '../../engine/domain/wire/streams.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { StackServer } from '../../engine/ports/stack-reader.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import { redisUnreachable } from '../redis-errors.js';

export const REDIS_WAIT_MS = 5_000;
/** XAUTOCLAIM, entries-added, scripts that write: all of it came with 7. */
const VERSION_MIN = 7;

/** @throws OperatorError when it does not answer, is too old, or is no primary */
export async function lookAtRedis(
  link: RedisLink,
  { origin }: SecretUrl,
  clock: Clock,
): Promise<StackServer> {
  const where = originText(origin);
  try {
    await untilAnswered(link, clock, REDIS_WAIT_MS);
    const server = await redisStackReader(link).server();
    const why = unfitFor(server);
    if (why === null) return server;
    throw new OperatorError({
      code: 'CDB-E0813',
      what: `Cannot run on the Redis of ${where}`,
      why,
      todo: 'name a primary of version 7 or newer',
      exit: EXIT.CONFLICT,
    });
  } catch (fault) {
    const otherwise = `take ${where} away: streams stay in the state directory then`;
    throw fault instanceof DependencyError ? redisUnreachable(where, otherwise, fault) : fault;
  }
}

/** Whoever listens may take an order of a simulated venue for one to be executed. */
export async function warnOfListeners(
  link: RedisLink,
  mode: string,
  onNotice: (text: string) => void,
): Promise<void> {
  const [orders] = await redisStackReader(link).listeners([TOPICS.orders]);
  const listeners = orders?.subscribers ?? 0;
  if (listeners === 0) return;
  onNotice(
    `${listeners} listen to the topic "${TOPICS.orders}" of this Redis and will get the orders of this ` +
      `${mode} run; make sure that none of them executes`,
  );
}

function unfitFor({ version, role }: StackServer): string | null {
  const major = Number.parseInt(version ?? '', 10);
  if (major < VERSION_MIN)
    return `required version ${VERSION_MIN} or newer, found ${version ?? '?'}`;
  return role !== null && role !== 'master'
    ? `it is a ${role === 'slave' ? 'replica' : role}, and takes no writes`
    : null;
}

/** Without the password. */
export function redisWords(url: string, server: StackServer, waitReplicas: number): string {
  const { host, pathname } = new URL(url);
  const aof = server.isAppendOnly === null ? 'unknown' : server.isAppendOnly ? 'on' : 'OFF';
  const policy = server.maxmemoryPolicy ?? 'unknown';
  const replicas = waitReplicas === 0 ? '' : `, commits wait for ${waitReplicas} replicas`;
  return `${server.version ?? '?'} at ${host}${pathname}, append-only file ${aof}, ${policy}${replicas}`;
}

import { STREAM_LIST } from '../../engine/domain/wire/streams.js';
import type {
  ExpiringKey,
  StackReader,
  StreamGroup,
  TopicListeners,
} from '../../engine/ports/stack-reader.js';
import { openRedisEventLog } from './redis-event-log.js';
import { nullWhere } from './redis-error.js';
import { readInfo, stackServer } from './redis-info.js';
import type { RedisLink } from './redis-link.js';
import { scanKeys } from './scan-keys.js';
import { memberOf, readStreamId, wholeNumber } from './stream-reply.js';

/** No key is expired at this very moment, or it is gone already. */
const NO_EXPIRY = -1;
const NO_KEY = -2;

/**
 * Reads what another program keeps in Redis. Sends commands of the category `@read`, INFO, PING and
 * PUBSUB NUMSUB, and nothing else: a user without a right to write is enough.
 */
export function redisStackReader(link: RedisLink): StackReader {
  const names = STREAM_LIST.map(({ name }) => name);
  return {
    log: openRedisEventLog(link, { keyPrefix: '', names }),
    groups: (stream) => groupsOf(link, stream),
    listeners: (topics) => listenersOf(link, topics),
    keys: (prefix, limit) => keysOf(link, prefix, limit),
    server: async () => stackServer(readInfo(await link.call('ask Redis how it is', 'INFO'))),
  };
}

async function groupsOf(link: RedisLink, stream: string): Promise<readonly StreamGroup[]> {
  const action = `look at the groups of stream "${stream}"`;
  const reply = await link
    .call(action, 'XINFO', 'GROUPS', stream)
    .catch(nullWhere('ERR no such key'));
  return (Array.isArray(reply) ? reply : []).map((group: unknown) => ({
    name: String(memberOf(group, 'name')),
    consumers: wholeNumber(memberOf(group, 'consumers')),
    pending: wholeNumber(memberOf(group, 'pending')),
    lag: wholeNumber(memberOf(group, 'lag')),
    lastDeliveredId: readStreamId(memberOf(group, 'last-delivered-id')),
  }));
}

async function listenersOf(
  link: RedisLink,
  topics: readonly string[],
): Promise<readonly TopicListeners[]> {
  const reply = await link
    .call('ask who listens', 'PUBSUB', 'NUMSUB', ...topics)
    .catch(nullWhere('NOPERM'));
  return topics.map((topic) => ({ topic, subscribers: wholeNumber(memberOf(reply, topic)) }));
}

async function keysOf(
  link: RedisLink,
  prefix: string,
  limit: number,
): Promise<readonly ExpiringKey[]> {
  const action = `list the keys "${prefix}*"`;
  const keys: string[] = [];
  for await (const key of scanKeys(link, action, { prefix, type: 'string' })) {
    keys.push(key);
    if (keys.length >= limit) break;
  }
  const found = await Promise.all(
    keys.map(async (key) => ({ key, ttlMs: Number(await link.call(action, 'PTTL', key)) })),
  );
  return found
    .filter(({ ttlMs }) => ttlMs !== NO_KEY)
    .map(({ key, ttlMs }) => ({ key, ttlMs: ttlMs === NO_EXPIRY ? null : ttlMs }));
}

import { STREAM_LIST } from '../../engine/domain/wire/streams.js';
import type {
  ExpiringKey,
  StackReader,
  StackServer,
  StreamGroup,
  TopicListeners,
} from '../../engine/ports/stack-reader.js';
import { openRedisEventLog } from './redis-event-log.js';
import { nullWhere } from './redis-error.js';
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
    server: async () => serverOf(await link.call('ask Redis how it is', 'INFO')),
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

function serverOf(reply: unknown): StackServer {
  const info = new Map(
    String(reply)
      .split(/\r?\n/)
      .map((line): readonly [string, string] => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
  const text = (name: string) => info.get(name) ?? null;
  const number = (name: string) => {
    const digits = info.get(name);
    return digits !== undefined && /^\d{1,16}$/.test(digits) ? Number(digits) : null;
  };
  const micros = number('server_time_usec');
  const aof = text('aof_enabled');
  const aofWrite = text('aof_last_write_status');
  return {
    version: text('redis_version'),
    role: text('role'),
    clockMs: micros === null ? null : Math.round(micros / 1_000),
    maxmemoryPolicy: text('maxmemory_policy'),
    maxmemoryBytes: number('maxmemory'),
    usedMemoryBytes: number('used_memory'),
    evictedKeys: number('evicted_keys'),
    isAppendOnly: aof === null ? null : aof === '1',
    isAppendOnlyWell: aofWrite === null ? null : aofWrite === 'ok',
  };
}

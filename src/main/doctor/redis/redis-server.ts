import { readClientList } from '../../../adapters/redis/redis-clients.js';
import { nullWhere } from '../../../adapters/redis/redis-error.js';
import { readInfo, stackServer } from '../../../adapters/redis/redis-info.js';
import type { RedisLink } from '../../../adapters/redis/redis-link.js';
import type { RedisClient, RedisServer } from '../../../doctor/redis/facts.js';
import type { Clock } from '../../../engine/ports/clock.js';

const CLIENTS_MAX = 200;

/** Whatever the user may not ask is null, and named. */
export async function readRedisServer(link: RedisLink, clock: Clock): Promise<RedisServer> {
  const refused: string[] = [];
  const ask = async (command: string, ...words: readonly string[]) => {
    const reply = await link
      .call(`ask for ${command}`, command, ...words)
      .catch(nullWhere('NOPERM'));
    if (reply === null) refused.push([command, ...words.slice(0, 1)].join(' '));
    return reply;
  };
  const startedAtMs = clock.nowMs();
  const startMs = clock.monotonicMs();
  const info = readInfo(await ask('INFO'));
  const { text, number, flag } = info;
  const tookMs = clock.monotonicMs() - startMs;
  const isLoading = text('loading') === null ? null : text('loading') !== '0';
  // A server that loads answers nothing else.
  const listed = isLoading === true ? null : await ask('CLIENT', 'LIST');
  if (isLoading !== true) await ask('PUBSUB', 'NUMSUB');
  const server = stackServer(info);
  const upSec = number('uptime_in_seconds');
  return {
    ...server,
    upMs: upSec === null ? null : upSec * 1_000,
    isLoading,
    clockOffsetMs:
      server.clockMs === null ? null : Math.round(server.clockMs - (startedAtMs + tookMs / 2)),
    clockErrorMs: Math.ceil(tookMs / 2),
    isRewriteWell: flag('aof_last_bgrewrite_status'),
    isSaveWell: flag('rdb_last_bgsave_status'),
    connections: number('connected_clients'),
    connectionsMax: number('maxclients'),
    rejectedConnections: number('rejected_connections'),
    cutClients: number('client_output_buffer_limit_disconnections'),
    clients: listed === null ? null : clientsOf(listed),
    refused,
  };
}

/** Those for which most waits first; who only asks now and then is of no interest. */
function clientsOf(reply: unknown): readonly RedisClient[] {
  return readClientList(reply)
    .filter(({ subscriptions, waitingBytes }) => subscriptions > 0 || waitingBytes > 0)
    .sort((a, b) => b.waitingBytes - a.waitingBytes)
    .slice(0, CLIENTS_MAX);
}

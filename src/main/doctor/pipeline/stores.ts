import { findRunningPostgres } from '../../../adapters/embedded/embedded-postgres.js';
import { openPgPool, PG_LIMITS, type PgPool } from '../../../adapters/postgres/pg-pool.js';
import {
  openRedisLink,
  untilAnswered,
  type RedisLink,
} from '../../../adapters/redis/redis-link.js';
import type { Config } from '../../../config/parse-config.js';
import type { Clock } from '../../../engine/ports/clock.js';
import { targetOf } from '../../engine/external-database.js';

/** Of one answer: two looks and the second between them fit into the time of a probe. */
export const ANSWER_MS_MAX = 600;
const NAME = 'cdb doctor';
const PG = {
  ...PG_LIMITS,
  connectionsMax: 2,
  connectTimeoutMs: ANSWER_MS_MAX,
  statementTimeoutMs: ANSWER_MS_MAX,
  callDeadlineMs: ANSWER_MS_MAX,
  idleMs: 2_000,
};

/** The configured database, or that of the engine that runs; null: there is none to ask. */
export function openTables(config: Config): PgPool | null {
  const { databaseUrl, stateDir } = config;
  const target =
    databaseUrl === undefined
      ? (findRunningPostgres(stateDir)?.connection ?? null)
      : targetOf(databaseUrl);
  return target === null ? null : openPgPool(target, NAME, PG);
}

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

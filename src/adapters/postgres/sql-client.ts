import type { SqlSession } from '../../engine/ports/sql-session.js';
import pg from 'pg';
import { toDependencyError } from './pg-error.js';
import { clientConfig, PG_LIMITS, type PgTarget } from './pg-pool.js';

/** An answer that needs longer will not come. */
const READ_TIMEOUT_MS = 5_000;

/** For a look at a server that somebody else runs: silence ends it. @throws DependencyError */
export function withReadSession<T>(
  target: PgTarget,
  applicationName: string,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  return withSqlSession(target, applicationName, work, READ_TIMEOUT_MS);
}

/**
 * One connection of its own for work that needs a session.
 * @param queryTimeoutMs left out for migrations, which may rightly take minutes and set their own
 * @throws DependencyError for what the database refuses, and whatever `work` throws
 */
export async function withSqlSession<T>(
  target: PgTarget,
  applicationName: string,
  work: (session: SqlSession) => Promise<T>,
  queryTimeoutMs?: number,
): Promise<T> {
  const client = new pg.Client({
    ...clientConfig(target, applicationName),
    connectionTimeoutMillis: PG_LIMITS.connectTimeoutMs,
    query_timeout: queryTimeoutMs,
  });
  client.on('error', () => undefined); // The query that runs says it too.
  await client.connect().catch((error: unknown) => {
    throw toDependencyError('connect to the database', error);
  });
  try {
    return await work(sessionOf(client));
  } finally {
    await client.end().catch(() => undefined); // Already gone; the server cleans up.
  }
}

/** A connection that is open already, as statements use it. */
export function sessionOf(client: Pick<pg.ClientBase, 'query'>): SqlSession {
  return {
    query: async (text, values) => {
      try {
        const result = await (values === undefined
          ? client.query<Record<string, unknown>>(text)
          : client.query<Record<string, unknown>>(text, [...values]));
        return { rows: Array.isArray(result) ? [] : result.rows };
      } catch (error) {
        throw toDependencyError('run a statement', error);
      }
    },
  };
}

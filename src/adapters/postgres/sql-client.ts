import type { SqlSession } from '../../engine/ports/sql-session.js';
import pg from 'pg';
import { toDependencyError } from './pg-error.js';
import { clientConfig, PG_LIMITS, type PgTarget } from './pg-pool.js';

/**
 * One connection of its own for work that needs a session (migrations): without a deadline of its
 * own, because a migration may rightly take minutes and sets its limits itself.
 * @throws DependencyError for what the database refuses, and whatever `work` throws
 */
export async function withSqlSession<T>(
  target: PgTarget,
  applicationName: string,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...clientConfig(target, applicationName),
    connectionTimeoutMillis: PG_LIMITS.connectTimeoutMs,
  });
  client.on('error', () => undefined); // The query that runs says it too.
  await client.connect().catch((error: unknown) => {
    throw toDependencyError('connect to the database', error);
  });
  try {
    return await work({
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
    });
  } finally {
    await client.end().catch(() => undefined); // Already gone; the server cleans up.
  }
}

import type pg from 'pg';
import type { PgPool } from './pg-pool.js';
import { runStatement } from './run-statement.js';
import { BEGIN_READ_ONLY, COMMIT } from './session-statements.js';

/** Runs queries on one snapshot in which nothing can be written. @throws DependencyError */
export function readOnly<T>(
  pool: PgPool,
  action: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return pool.use(action, async (client) => {
    await runStatement(client, BEGIN_READ_ONLY);
    const result = await work(client);
    await runStatement(client, COMMIT);
    return result;
  });
}

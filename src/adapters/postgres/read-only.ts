import type pg from 'pg';
import type { PgPool } from './pg-pool.js';

/** Runs queries on one snapshot in which nothing can be written. @throws DependencyError */
export function readOnly<T>(
  pool: PgPool,
  action: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return pool.use(action, async (client) => {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

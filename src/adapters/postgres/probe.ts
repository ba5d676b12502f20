import type pg from 'pg';
import { DependencyError } from '../../operator-error.js';
import { COMMIT_STATEMENTS } from './statements.js';

/**
 * Plans every statement of a commit on the server, in one round trip and without touching a row.
 * PREPARE finds missing tables, columns and wrong types; EXPLAIN EXECUTE also plans, which finds a
 * missing unique key and missing rights.
 */
const PROBE = [
  ...COMMIT_STATEMENTS.flatMap(({ name, text, parameterCount }) => {
    const nulls = Array.from({ length: parameterCount }, () => 'NULL').join(', ');
    const given = parameterCount === 0 ? '' : `(${nulls})`;
    return [
      `PREPARE probe_${name} AS ${text}`,
      `EXPLAIN EXECUTE probe_${name}${given}`,
      `DEALLOCATE probe_${name}`,
    ];
  }),
  `SELECT current_setting('transaction_read_only') AS read_only`,
].join(';\n');

export async function probeStatements(client: pg.PoolClient): Promise<void> {
  const results: unknown = await client.query(PROBE);
  const last: unknown = Array.isArray(results) ? results.at(-1) : results;
  if (readsOnly(last)) {
    throw new DependencyError('Cannot write to the database: it is read-only (a standby?)', {
      dependency: 'postgresql',
      retryable: true,
    });
  }
}

function readsOnly(result: unknown): boolean {
  return JSON.stringify(result).includes('"read_only":"on"');
}

import type pg from 'pg';
import { DependencyError } from '../../operator-error.js';
import { parameterCount, sqlPart, sqlStatement } from '../../engine/ports/sql-statement.js';
import { READS_ONLY } from './session-statements.js';
import { runStatement } from './run-statement.js';
import { COMMIT_STATEMENTS } from './statements.js';

/**
 * Plans every statement of a commit on the server, in one round trip and without touching a row.
 * PREPARE finds missing tables, columns and wrong types; EXPLAIN EXECUTE also plans, which finds a
 * missing unique key and missing rights.
 */
export const PROBE = sqlStatement(
  'probe',
  [
    ...COMMIT_STATEMENTS.flatMap((statement) => {
      const { name, text } = statement;
      const nulls = Array.from({ length: parameterCount(statement) }, () => 'NULL').join(', ');
      const given = nulls === '' ? '' : `(${nulls})`;
      return [
        sqlPart(`PREPARE probe_${name} AS ${text}`),
        sqlPart(`EXPLAIN EXECUTE probe_${name}${given}`),
        sqlPart(`DEALLOCATE probe_${name}`),
      ];
    }),
    READS_ONLY.text,
  ].join(';\n'),
);

export async function probeStatements(client: pg.PoolClient): Promise<void> {
  const results: unknown = await runStatement(client, PROBE);
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

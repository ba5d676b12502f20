import type { PgPool } from '../../../adapters/postgres/pg-pool.js';
import { sessionOf } from '../../../adapters/postgres/sql-client.js';
import type { SchemaDrift } from '../../../doctor/postgres/facts.js';
import { stackDrift } from '../../../doctor/postgres/stack-drift.js';
import { lookForDrift } from '../../../schema/drift/look-for-drift.js';
import { loadSqlParser } from '../../../schema/sql/parse-sql.js';
import { CODE_STATEMENTS } from '../../operator/schema-database.js';
import type { SchemaLook } from './look-at-schema.js';

/** Of our schema the report of `cdb drift`; of a stack's the columns that its services write. */
export async function driftFacts(
  pool: PgPool,
  { facts, catalog, contracts, needed }: SchemaLook,
): Promise<SchemaDrift> {
  const { owner, isNewerStack } = facts;
  if (owner === 'nobody') return { owner, findings: [], tables: 0, prepared: 0 };
  if (owner === 'stack') {
    const tables = needed.filter(({ table }) => Object.hasOwn(catalog.relations, table)).length;
    return { owner, findings: stackDrift(catalog, isNewerStack), tables, prepared: 0 };
  }
  const parser = await loadSqlParser();
  const report = await pool.use('look for drift', (client) =>
    lookForDrift(sessionOf(client), parser, {
      contracts,
      statements: CODE_STATEMENTS.all,
      engineStatements: CODE_STATEMENTS.engine,
      tables: [],
      role: null,
    }),
  );
  const findings = [...report.findings, ...report.tables.flatMap((table) => table.findings)];
  return { owner, findings, tables: report.tables.length, prepared: report.prepared };
}

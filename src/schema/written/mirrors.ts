import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Catalog, CatalogRelation } from '../catalog/catalog.js';
import { hasColumn, sample, tableWith } from './sample.js';
import { tableOverview } from './table-overview.js';

/** Tables of the old stack in which each row carries a hash of itself. */
const TABLES = [
  'audit_trail',
  'governance_events',
  'deployment_approvals_mirror',
  'security_policy_refs',
  'core_secrets_metadata',
  'system_config',
];

const figure = z.string().transform(Number);
const mirrors = z.array(z.object({ table: z.string(), rows: figure, withoutHash: figure }));

/** Newest rows only; tables that the role may not read are left out. */
export async function lookAtMirrors(
  session: SqlSession,
  catalog: Catalog,
): Promise<z.infer<typeof mirrors>> {
  const overview = await tableOverview(session, TABLES);
  const readable = new Set(overview.filter((one) => one.readable).map(({ table }) => table));
  const tables = TABLES.flatMap(
    (name) => tableWith(catalog, readable, name, 'integrity_hash') ?? [],
  );
  const statement = mirrorStatement(tables);
  return statement === null ? [] : mirrors.parse((await session.query(statement.text)).rows);
}

export function mirrorStatement(tables: readonly CatalogRelation[]): SqlStatement | null {
  if (tables.length === 0) return null;
  const parts = tables.map((table) => {
    // A hash without the name of its algorithm can be recomputed by nobody.
    const algorithm = hasColumn(table, 'integrity_algo') ? ' OR x.integrity_algo IS NULL' : '';
    return sqlPart(`SELECT '${table.name}'::text AS "table", count(*)::text AS rows,
      count(*) FILTER (WHERE x.integrity_hash IS NULL${algorithm})::text AS "withoutHash"
      FROM (${sample(table)}) x`);
  });
  return sqlStatement('row_hashes', parts.join('\nUNION ALL '));
}

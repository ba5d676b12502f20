import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Catalog, CatalogRelation } from '../catalog/catalog.js';
import type { IdGap } from './figures.js';
import { sample, tableWith } from './sample.js';

/** Written by plain INSERTs: one that gives way to a row that is there also takes a number. */
const TABLES = ['signals', 'trades'];

const figure = z.string().transform(Number);
const gaps = z.array(
  z.object({ table: z.string(), rows: figure, missing: figure, behind: figure.nullable() }),
);

/** Every INSERT takes a number, also one that is refused; rows without a gap were all written. */
export async function lookForGaps(
  session: SqlSession,
  catalog: Catalog,
  readable: ReadonlySet<string>,
  windowMs: number,
): Promise<readonly IdGap[]> {
  const tables = TABLES.flatMap(
    (name) => tableWith(catalog, readable, name, 'id', 'timestamp') ?? [],
  );
  const statement = gapStatement(tables);
  if (statement === null) return [];
  return gaps.parse((await session.query(statement.text, [windowMs])).rows);
}

/** $1 is the window in milliseconds, up to the newest row. Null without a table. */
export function gapStatement(tables: readonly CatalogRelation[]): SqlStatement | null {
  if (tables.length === 0) return null;
  return sqlStatement('id_gaps', tables.map(partOf).join('\nUNION ALL '));
}

function partOf(table: CatalogRelation): string {
  const serial = `pg_get_serial_sequence('${table.name}', 'id')`;
  return sqlPart(`(WITH s AS (SELECT id, timestamp AS at FROM (${sample(table)}) x),
    w AS (SELECT min(id) AS first, max(id) AS last FROM s
      WHERE at >= (SELECT max(at) FROM s) - $1::float8 * interval '1 ms'),
    n AS (SELECT count(*) AS rows FROM s, w WHERE s.id BETWEEN w.first AND w.last)
    SELECT '${table.name}'::text AS "table", n.rows::text AS rows,
      coalesce(w.last - w.first + 1 - n.rows, 0)::text AS missing,
      CASE WHEN w.last IS NOT NULL AND has_sequence_privilege(${serial}, 'SELECT')
        THEN pg_sequence_last_value(${serial}::regclass) - w.last END::text AS behind
    FROM w, n)`);
}

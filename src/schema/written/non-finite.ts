import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Catalog, CatalogRelation } from '../catalog/catalog.js';
import type { NonFinite } from './figures.js';
import { sample, tableWith } from './sample.js';

const MAYBE = /^(?:numeric|double precision|real)/;

const found = z.array(
  z.object({
    table: z.string(),
    column: z.string(),
    rows: z.string().transform(Number),
  }),
);

export interface FiniteLook {
  readonly columns: number;
  readonly nonFinite: readonly NonFinite[];
}

/** PostgreSQL stores NaN as a number that is greater than all others: `CHECK (price > 0)` takes it. */
export async function lookForNonFinite(
  session: SqlSession,
  catalog: Catalog,
  readable: ReadonlySet<string>,
): Promise<FiniteLook> {
  const tables = [...readable].flatMap((table) => tableWith(catalog, readable, table) ?? []);
  const columns = tables.flatMap(figuresOf).length;
  const statement = nonFiniteStatement(tables);
  if (statement === null) return { columns, nonFinite: [] };
  return { columns, nonFinite: found.parse((await session.query(statement.text)).rows) };
}

/** Null where no table has a column that could hold one. */
export function nonFiniteStatement(tables: readonly CatalogRelation[]): SqlStatement | null {
  const parts = tables.flatMap((table) => {
    const columns = figuresOf(table);
    if (columns.length === 0) return [];
    const counts = columns.map(
      (name) => `count(*) FILTER (WHERE x."${name}" IN ('NaN', 'Infinity', '-Infinity'))`,
    );
    const names = columns.map((name) => `'${name}'`);
    return [
      sqlPart(`SELECT '${table.name}'::text AS "table", f.name AS "column", f.n::text AS rows
        FROM (SELECT ${counts.map((count, at) => `${count} AS c${at}`).join(', ')}
          FROM (${sample(table)}) x) s,
          unnest(ARRAY[${names.join(', ')}]::text[],
            ARRAY[${columns.map((_, at) => `s.c${at}`).join(', ')}]::bigint[]) AS f(name, n)
        WHERE f.n > 0`),
    ];
  });
  return parts.length === 0 ? null : sqlStatement('non_finite', parts.join('\nUNION ALL '));
}

/** Plain names only: what somebody else has made under another one is not ours to judge. */
function figuresOf({ columns }: CatalogRelation): readonly string[] {
  return columns
    .filter(({ name, type }) => MAYBE.test(type) && /^\w+$/.test(name))
    .map(({ name }) => name);
}

import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Catalog, CatalogRelation } from '../catalog/catalog.js';
import { nameOf } from '../sql/names.js';
import { hasColumn, msOf } from './sample.js';
import type { TableOverview } from './table-overview.js';

/** A table up to this size is read as a whole; of a larger one only what an index gives. */
const READ_BYTES_MAX = 16 * 1024 * 1024;

/** When a row was written, by the first of these that a table has. */
const CLOCKS = [
  'created_at',
  'ingested_at',
  'updated_at',
  'imported_at',
  'observed_at',
  'applied_at',
  'timestamp',
  'timestamp_ms',
  'ts_ms',
];

const rows = z.array(
  z.object({
    table: z.string(),
    empty: z.boolean(),
    rows: z.string().transform(Number).nullable(),
    newest: z.string().transform(Number).nullable(),
  }),
);

export type TableRows = z.infer<typeof rows>[number];

/** Of the tables that are there and that the role may read, in one round trip. */
export async function tableRows(
  session: SqlSession,
  catalog: Catalog,
  overview: readonly TableOverview[],
): Promise<readonly TableRows[]> {
  const statement = rowsStatement(catalog, overview);
  return statement === null ? [] : rows.parse((await session.query(statement.text)).rows);
}

/** Null where there is nothing to read. */
export function rowsStatement(
  catalog: Catalog,
  overview: readonly TableOverview[],
): SqlStatement | null {
  const parts = overview.flatMap(({ table, exists, readable, bytes }) => {
    const relation = catalog.relations[table];
    if (!exists || !readable || relation === undefined) return [];
    return [partOf(relation, bytes <= READ_BYTES_MAX)];
  });
  if (parts.length === 0) return null;
  return sqlStatement('table_rows', parts.join('\nUNION ALL '));
}

function partOf(relation: CatalogRelation, isSmall: boolean): string {
  const table = nameOf([relation.name]);
  const clock = CLOCKS.find((name) => hasColumn(relation, name));
  const rowCount = isSmall ? sqlPart(`(SELECT count(*) FROM ${table})::text`) : 'NULL::text';
  const newest = clock === undefined ? null : newestOf(relation, clock, isSmall);
  return sqlPart(`SELECT '${relation.name}'::text AS "table",
    NOT EXISTS (SELECT FROM ${table}) AS empty, ${rowCount} AS rows,
    ${newest === null ? 'NULL::text' : `round((${newest}))::text`} AS newest`);
}

function newestOf(relation: CatalogRelation, clock: string, isSmall: boolean): string | null {
  const { name, columns, indexes } = relation;
  const table = nameOf([name]);
  const isTime = columns.some(
    (column) => column.name === clock && column.type.startsWith('timestamp'),
  );
  const value = isTime ? msOf(`x.${clock}`) : `x.${clock}`;
  const hasIndex = (column: string) =>
    indexes.some(
      ({ valid, definition }) =>
        valid && new RegExp(`^btree \\("?${column}"?[,) ]`).test(definition),
    );
  if (isSmall || hasIndex(clock)) {
    return sqlPart(`SELECT ${value} FROM (SELECT max("${clock}") AS ${clock} FROM ${table}) x`);
  }
  if (!hasIndex('id')) return null;
  return sqlPart(`SELECT ${value} FROM ${table} x ORDER BY id DESC LIMIT 1`);
}

import { sqlPart } from '../../engine/ports/sql-statement.js';
import type { Catalog, CatalogRelation } from '../catalog/catalog.js';
import { nameOf } from '../sql/names.js';

/** Of each table the newest rows that are looked at. */
export const SAMPLE_ROWS_MAX = 10_000;

/** The newest rows of a table as a query; by identity, where an index has it. */
export function sample({ name, indexes }: CatalogRelation): string {
  const hasIndex = indexes.some(({ valid, definition }) => valid && definition === 'btree (id)');
  const order = hasIndex ? ' ORDER BY id DESC' : '';
  return sqlPart(`SELECT * FROM ${nameOf([name])}${order} LIMIT ${SAMPLE_ROWS_MAX}`);
}

/** Null where a column is missing, or the role may not read the table. */
export function tableWith(
  catalog: Catalog,
  readable: ReadonlySet<string>,
  table: string,
  ...columns: readonly string[]
): CatalogRelation | null {
  const relation = Object.hasOwn(catalog.relations, table) ? catalog.relations[table] : undefined;
  if (relation === undefined || !readable.has(table)) return null;
  return columns.every((name) => hasColumn(relation, name)) ? relation : null;
}

export function hasColumn({ columns }: CatalogRelation, wanted: string): boolean {
  return columns.some(({ name }) => name === wanted);
}

/** `to_ms` of a time of the server; infinite ones are none. */
export function msOf(expression: string): string {
  return `CASE WHEN isfinite(${expression}) THEN extract(epoch FROM ${expression}) * 1000 END`;
}

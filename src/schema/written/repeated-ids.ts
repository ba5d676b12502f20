import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import type { Catalog, CatalogRelation } from '../catalog/catalog.js';
import type { RepeatedId } from './figures.js';
import { sample, tableWith } from './sample.js';

/** A signal has one moment; clocks that differ by less tell nothing. */
const APART_MS = 1_000;

/** Where a table has the id of a signal, and its time. */
const PLACES = [
  { table: 'risk_events', needs: ['payload', 'timestamp_ms'], id: `x.payload ->> 'signal_id'` },
  { table: 'blocked_decisions', needs: ['signal_id', 'timestamp_ms'], id: 'x.signal_id' },
  {
    table: 'correlation_ledger',
    needs: ['signal_id', 'timestamp_ms', 'event_type'],
    id: `CASE WHEN x.event_type = 'SIGNAL' THEN x.signal_id END`,
  },
] as const;

const figure = z.string().transform(Number);
const found = z.array(
  z.object({
    table: z.string(),
    ids: figure,
    repeated: figure,
    example: z.string().nullable(),
  }),
);

/** Ids that begin again after a restart name another signal: rows of the new one are taken for known. */
export async function lookForRepeatedIds(
  session: SqlSession,
  catalog: Catalog,
  readable: ReadonlySet<string>,
): Promise<readonly RepeatedId[]> {
  const statement = repeatedStatement(catalog, readable);
  return statement === null ? [] : found.parse((await session.query(statement.text)).rows);
}

export function repeatedStatement(
  catalog: Catalog,
  readable: ReadonlySet<string>,
): SqlStatement | null {
  const parts = PLACES.flatMap(({ table, needs, id }) => {
    const relation = tableWith(catalog, readable, table, ...needs);
    return relation === null ? [] : [partOf(relation, id)];
  });
  return parts.length === 0 ? null : sqlStatement('repeated_ids', parts.join('\nUNION ALL '));
}

function partOf(table: CatalogRelation, id: string): string {
  return sqlPart(`SELECT '${table.name}'::text AS "table", count(*)::text AS ids,
      count(*) FILTER (WHERE g.apart > ${APART_MS})::text AS repeated,
      min(g.id) FILTER (WHERE g.apart > ${APART_MS}) AS example
    FROM (SELECT ${id} AS id, max(x.timestamp_ms) - min(x.timestamp_ms) AS apart
      FROM (${sample(table)}) x WHERE ${id} IS NOT NULL GROUP BY 1) g`);
}

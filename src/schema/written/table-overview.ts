import { z } from 'zod';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlStatement } from '../../engine/ports/sql-statement.js';

/** $1 are names; a table that is not in the search path is there with nulls. */
export const TABLE_OVERVIEW = sqlStatement(
  'table_overview',
  `SELECT n.name AS "table", c.oid IS NOT NULL AND c.relkind IN ('r', 'p') AS "exists",
     coalesce(has_table_privilege(c.oid, 'SELECT'), false) AS readable,
     coalesce(has_table_privilege(c.oid, 'INSERT'), false) AS insertable,
     s.n_tup_ins::text AS inserted, coalesce(pg_relation_size(c.oid), 0)::text AS bytes,
     nullif(greatest(c.reltuples, -1), -1)::text AS estimated
   FROM unnest($1::text[]) AS n(name)
   LEFT JOIN pg_class c ON c.oid = to_regclass(quote_ident(n.name))
   LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid`,
);

const figure = z.string().transform(Number);
const rows = z.array(
  z.object({
    table: z.string(),
    exists: z.boolean(),
    readable: z.boolean(),
    insertable: z.boolean(),
    inserted: figure.nullable(),
    bytes: figure,
    estimated: figure.nullable(),
  }),
);

export type TableOverview = z.infer<typeof rows>[number];

/** From system catalogs and statistics only, so that no right on a table is needed. */
export async function tableOverview(
  session: SqlSession,
  tables: readonly string[],
): Promise<readonly TableOverview[]> {
  return rows.parse((await session.query(TABLE_OVERVIEW.text, [tables])).rows);
}

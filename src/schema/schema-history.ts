import { z } from 'zod';
import type { SqlSession } from '../engine/ports/sql-session.js';

const appliedRows = z.array(
  z.object({
    version: z.number().int(),
    name: z.string(),
    sha256: z.string(),
    appliedAtMs: z.coerce.number(),
    appliedBy: z.string(),
    /** `started`: a file without a transaction of its own that nobody saw end. */
    state: z.enum(['started', 'done']),
    durationMs: z.number(),
    /** The rest is null in rows of earlier builds. */
    who: z.string().nullable(),
    gateId: z.string().nullable(),
    catalogBefore: z.string().nullable(),
    catalogAfter: z.string().nullable(),
  }),
);

export type AppliedMigration = z.infer<typeof appliedRows>[number];

/**
 * What was applied, in order; a database that nobody migrated has no history. Reads only, also the
 * table of a build that had fewer columns.
 */
export async function schemaHistory(session: SqlSession): Promise<readonly AppliedMigration[]> {
  const found = await session.query("SELECT to_regclass('schema_history') IS NOT NULL AS present");
  if (found.rows[0]?.['present'] !== true) return [];
  const { rows } = await session.query(
    `SELECT version, name, sha256, applied_by AS "appliedBy", duration_ms AS "durationMs",
       round(extract(epoch FROM applied_at) * 1000)::text AS "appliedAtMs",
       coalesce(j ->> 'state', 'done') AS state, j ->> 'who' AS who,
       j ->> 'gate_id' AS "gateId", j ->> 'catalog_before' AS "catalogBefore",
       j ->> 'catalog_after' AS "catalogAfter"
     FROM schema_history h CROSS JOIN LATERAL to_jsonb(h) AS j ORDER BY version`,
  );
  return appliedRows.parse(rows);
}

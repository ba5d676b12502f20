import { z } from 'zod';
import type { SqlSession } from '../engine/ports/sql-session.js';

const appliedRows = z.array(
  z.object({
    version: z.number().int(),
    name: z.string(),
    sha256: z.string(),
    appliedAtMs: z.coerce.number(),
    appliedBy: z.string(),
  }),
);

export type AppliedMigration = z.infer<typeof appliedRows>[number];

/** What was applied, in order; a database that nobody migrated has no history. Reads only. */
export async function schemaHistory(session: SqlSession): Promise<readonly AppliedMigration[]> {
  const found = await session.query("SELECT to_regclass('schema_history') IS NOT NULL AS present");
  if (found.rows[0]?.['present'] !== true) return [];
  const { rows } = await session.query(
    `SELECT version, name, sha256, applied_by AS "appliedBy",
       round(extract(epoch FROM applied_at) * 1000)::text AS "appliedAtMs"
     FROM schema_history ORDER BY version`,
  );
  return appliedRows.parse(rows);
}

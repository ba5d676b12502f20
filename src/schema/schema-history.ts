import { z } from 'zod';
import type { SqlSession } from '../engine/ports/sql-session.js';
import { SCHEMA_SQL } from './schema-statements.js';

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
  const found = await session.query(SCHEMA_SQL.hasHistory.text);
  if (found.rows[0]?.['present'] !== true) return [];
  const { rows } = await session.query(SCHEMA_SQL.history.text);
  return appliedRows.parse(rows);
}

import { z } from 'zod';
import type { ChainTable } from '../../engine/domain/row-chain.js';
import type { SqlSession } from '../../engine/ports/sql-session.js';
import { sqlStatement } from '../../engine/ports/sql-statement.js';

const NEWEST_RUNS = sqlStatement(
  'chain_newest_runs',
  `SELECT run_id AS "runId" FROM audit_cursor
   WHERE risk_n IS NOT NULL OR control_n IS NOT NULL ORDER BY updated_at DESC LIMIT $1`,
);

/** $1 is a run, $2 how many rows of its end are behind the one that is read. */
const BEFORE_END: Readonly<Record<ChainTable, ReturnType<typeof sqlStatement>>> = {
  risk_events: sqlStatement(
    'chain_before_end_risk_events',
    `SELECT chain_n::text AS n, chain_hash AS hash, seq || ':' || ord AS place FROM risk_events
     WHERE run_id = $1 ORDER BY seq DESC, ord DESC OFFSET $2 LIMIT 1`,
  ),
  control_events: sqlStatement(
    'chain_before_end_control_events',
    `SELECT chain_n::text AS n, chain_hash AS hash, id || ':0' AS place FROM control_events
     WHERE run_id = $1 ORDER BY chain_n DESC NULLS LAST, id DESC OFFSET $2 LIMIT 1`,
  ),
};

export const CHAIN_END_STATEMENTS = [NEWEST_RUNS, ...Object.values(BEFORE_END)];

const runRows = z.array(z.object({ runId: z.string() }));
const placeRows = z.array(
  z.object({
    n: z.string().transform(Number).nullable(),
    hash: z.string().nullable(),
    place: z.string(),
  }),
);

/** Those that wrote last. */
export async function newestRuns(session: SqlSession, limit: number): Promise<readonly string[]> {
  const { rows } = await session.query(NEWEST_RUNS.text, [limit]);
  return runRows.parse(rows).map(({ runId }) => runId);
}

/** The row in front of the last `count` of a chain; null: it has no more than those. */
export async function rowBeforeEnd(
  session: SqlSession,
  table: ChainTable,
  { runId, count }: { readonly runId: string; readonly count: number },
): Promise<z.infer<typeof placeRows>[number] | null> {
  const { rows } = await session.query(BEFORE_END[table].text, [runId, count]);
  return placeRows.parse(rows)[0] ?? null;
}

import { z } from 'zod';
import { AUDIT_TABLES, type AuditTable } from '../../engine/domain/audit-tables.js';
import type { PgPool } from './pg-pool.js';
import { readOnly } from './read-only.js';

export interface RunRow {
  readonly runId: string;
  readonly identity: string;
  readonly mode: string;
  readonly feed: string;
  readonly seed: number;
  readonly codeVersion: string;
  readonly startedAtMs: number;
  /** Sequence up to which everything is committed; null before the first commit. */
  readonly committedSeq: number | null;
}

export interface DecisionKey {
  readonly seq: number;
  readonly ord: number;
  readonly decisionPk: string;
  readonly decision: 'ALLOW' | 'BLOCK';
}

const integer = z.coerce.number().int();
const runRows = z.array(
  z.object({
    runId: z.string(),
    identity: z.string(),
    mode: z.string(),
    feed: z.string(),
    seed: integer,
    codeVersion: z.string(),
    startedAtMs: integer,
    committedSeq: integer.nullable(),
  }),
);
const keyRows = z.array(
  z.object({
    seq: integer,
    ord: integer,
    decisionPk: z.string(),
    decision: z.enum(['ALLOW', 'BLOCK']),
  }),
);
const countRows = z.array(z.object({ name: z.string(), count: integer }));

const RUNS_MAX = 1_000;
/** One page of keys; a check over millions of decisions goes page by page. */
export const DECISION_KEYS_MAX = 50_000;

/** Newest first. @throws DependencyError */
export function readRuns(pool: PgPool, limit: number): Promise<readonly RunRow[]> {
  return readOnly(pool, 'read the runs', async (client) => {
    const { rows } = await client.query(
      `SELECT r.run_id AS "runId", identity, mode, feed, seed, code_version AS "codeVersion",
         round(extract(epoch FROM started_at) * 1000)::bigint AS "startedAtMs",
         nullif(c.seq, -1) AS "committedSeq"
       FROM runs r LEFT JOIN audit_cursor c USING (run_id)
       ORDER BY started_at DESC, r.run_id LIMIT $1`,
      [Math.min(Math.max(Math.trunc(limit), 1), RUNS_MAX)],
    );
    return runRows.parse(rows);
  });
}

/** Rows per audited table, all runs. Exact, so it reads whole indexes. @throws DependencyError */
export function readTableCounts(pool: PgPool): Promise<Readonly<Record<AuditTable, number>>> {
  const counts = AUDIT_TABLES.map((table) => `SELECT '${table}' AS name, count(*) FROM ${table}`);
  return readOnly(pool, 'count the rows', async (client) => {
    const { rows } = await client.query(counts.join(' UNION ALL '));
    const found = new Map(countRows.parse(rows).map(({ name, count }) => [name, count]));
    return Object.fromEntries(
      AUDIT_TABLES.map((table) => [table, found.get(table) ?? 0]),
    ) as Record<AuditTable, number>;
  });
}

/**
 * Keys of a run's decisions in order, after `afterSeq` (-1 = from the first), one page of whole
 * sequences: what a replay of the journal must yield again. @throws DependencyError
 */
export function readDecisionKeys(
  pool: PgPool,
  runId: string,
  afterSeq: number,
): Promise<readonly DecisionKey[]> {
  return readOnly(pool, 'read the decision keys', async (client) => {
    const { rows } = await client.query(
      `SELECT seq, ord, decision_pk AS "decisionPk", decision FROM (
         SELECT seq, ord, decision_pk, decision FROM risk_events
         WHERE run_id = $1 AND seq > $2
         ORDER BY seq FETCH FIRST $3 ROWS WITH TIES
       ) AS page ORDER BY seq, ord`,
      [runId, afterSeq, DECISION_KEYS_MAX],
    );
    return keyRows.parse(rows);
  });
}

import type { AuditTables } from './audit-reader.js';
import { sqlPart, sqlStatement } from '../../engine/ports/sql-statement.js';
import type { PgPool } from './pg-pool.js';
import { FILLS, REFUSALS } from './followed-rows.js';
import { runStatement } from './run-statement.js';
import { STACK_TRACE } from './trace-tables.js';

/** The one run of a stack that knows no runs. */
const RUN = 'not of cdb';

/** Milliseconds of a row `j`, whichever of its two forms the time has. */
const AT_MS = `coalesce((j->>'timestamp_ms')::bigint,
  round(extract(epoch FROM (j->>'timestamp')::timestamptz) * 1000)::bigint, 0)`;

const RUNS = sqlPart(`runs AS (SELECT '${RUN}'::text AS run_id, NULL::text AS run_group)`);

/**
 * Tables that another stack has made, under the names and columns of ours. Rows are read as JSON, so
 * that a column which this version of the stack has not is null and no fault; what the stack
 * called by another name in one of its versions is taken from there.
 */
const TRADES = sqlPart(`WITH ${RUNS}, trades AS (
  SELECT x.id, x.xmin, x.id::text AS fill_id, coalesce(j->>'order_id', '') AS order_id,
    '${RUN}'::text AS run_id, x.symbol, x.side, upper(coalesce(j->>'status', 'filled')) AS status,
    x.size, coalesce(x.execution_price, x.price) AS execution_price,
    (j->>'slippage_bps')::numeric AS slippage_bps, coalesce((j->>'fees')::numeric, 0) AS fees,
    (j->>'realized_pnl')::numeric AS realized_pnl, j->'metadata'->>'strategy_id' AS strategy_id,
    x.timestamp
  FROM trades x CROSS JOIN LATERAL to_jsonb(x) j)`);

const DECISIONS = sqlPart(`WITH ${RUNS}, risk_events AS (
  SELECT x.id, x.xmin, '${RUN}'::text AS run_id, coalesce(j->>'symbol', '') AS symbol,
    CASE WHEN x.decision LIKE 'BLOCK%' THEN 'BLOCK' ELSE 'ALLOW' END AS decision,
    coalesce(j->>'reason_code', j->>'contract_code', '') AS reason_code,
    x.id::text AS decision_pk, coalesce(j->'payload', j->'metadata') AS payload,
    ${AT_MS} AS timestamp_ms
  FROM risk_events x CROSS JOIN LATERAL to_jsonb(x) j),
  blocked_decisions AS (SELECT * FROM risk_events WHERE decision = 'BLOCK')`);

/** What an operator asks of the audit trail, of a database that a stack of the reference fills. */
export const STACK_TABLES: AuditTables = {
  fills: { ...FILLS, given: TRADES },
  refusals: { ...REFUSALS, given: DECISIONS },
  newestRun: () => Promise.resolve({ runId: RUN, members: [RUN] }),
  trace: STACK_TRACE,
};

export const IS_OF_STACK = sqlStatement(
  'is_of_stack',
  `SELECT to_regclass('runs') IS NULL
     AND (to_regclass('trades') IS NOT NULL OR to_regclass('risk_events') IS NOT NULL) AS stack`,
);

/** A database with tables of the reference and without our runs is that of another stack. */
export function isOfStack(pool: PgPool): Promise<boolean> {
  return pool.use('see whose database it is', async (client) => {
    const { rows } = await runStatement<{ stack: boolean }>(client, IS_OF_STACK);
    return rows[0]?.stack === true;
  });
}

import type { BlockField } from '../../engine/ports/audit-reader.js';
import { sqlPart, sqlStatement, type SqlStatement } from '../../engine/ports/sql-statement.js';
import { FILLS, REFUSALS, RUN_NAME, type FollowedTable } from './followed-rows.js';

/** The run whose decision was written last, with all of its shards. */
export const NEWEST_RUN = sqlStatement(
  'newest_run',
  `SELECT ${RUN_NAME} AS "runId" FROM risk_events t LEFT JOIN runs g USING (run_id)
   ORDER BY t.id DESC LIMIT 1`,
);

export const MEMBERS = sqlStatement(
  'run_members',
  'SELECT run_id FROM runs WHERE coalesce(run_group, run_id) = $1',
);

/** Fills of a run inside the window that ends with its newest fill; all of it without a window. */
const FILLS_WHERE = sqlPart(`
  FROM trades t ${FILLS.joins}
  WHERE t.run_id = ANY($1)
    AND ($2::bigint IS NULL OR t.timestamp >= (
      SELECT max(timestamp) FROM trades WHERE run_id = ANY($1)
    ) - $2 * interval '1 millisecond')
    AND ($3::text IS NULL OR t.symbol = $3)
    AND ($4::text IS NULL OR t.strategy_id = $4)`);

export function fillStatements({ given, columns }: FollowedTable<unknown>) {
  return {
    page: sqlStatement(
      'fills_page',
      `${given} SELECT ${columns} ${FILLS_WHERE} ORDER BY t.timestamp DESC, t.id DESC LIMIT $5`,
    ),
    figures: sqlStatement(
      'fills_figures',
      `${given} SELECT count(*) AS total, (
         SELECT round(extract(epoch FROM max(timestamp)) * 1000)::bigint
         FROM trades WHERE run_id = ANY($1)
       ) AS "newestAtMs" ${FILLS_WHERE}`,
    ),
  };
}

/** As for fills; the run is that of the decision. */
const REFUSALS_WHERE = sqlPart(`
  FROM blocked_decisions t ${REFUSALS.joins}
  WHERE r.run_id = ANY($1) AND ($2::bigint IS NULL OR t.timestamp_ms >= $3::bigint - $2)`);

const DECISIONS_WHERE = sqlPart(`
  FROM risk_events
  WHERE run_id = ANY($1) AND ($2::bigint IS NULL OR timestamp_ms >= (
    SELECT max(timestamp_ms) FROM risk_events WHERE run_id = ANY($1)
  ) - $2)`);

export function refusalStatements({ given, columns }: FollowedTable<unknown>) {
  return {
    newest: sqlStatement(
      'refusals_newest',
      `${given} SELECT max(timestamp_ms) AS "newestAtMs", count(*) AS total
       FROM risk_events WHERE run_id = ANY($1) AND decision = 'BLOCK'`,
    ),
    page: sqlStatement(
      'refusals_page',
      `${given} SELECT ${columns} ${REFUSALS_WHERE}
       ORDER BY t.timestamp_ms DESC, t.id DESC LIMIT $4`,
    ),
    figures: sqlStatement(
      'refusals_figures',
      `${given} SELECT count(*) AS total, max(t.timestamp_ms) AS "newestAtMs" ${REFUSALS_WHERE}`,
    ),
    decisions: sqlStatement(
      'decisions_figures',
      `${given} SELECT count(*) FILTER (WHERE decision = 'BLOCK') AS blocked,
         count(*) FILTER (WHERE decision = 'ALLOW') AS allowed,
         min(timestamp_ms) AS "firstAtMs", max(timestamp_ms) AS "newestAtMs",
         (SELECT max(timestamp_ms) FROM risk_events WHERE run_id = ANY($1) AND decision = 'ALLOW')
           AS "lastAllowAtMs" ${DECISIONS_WHERE}`,
    ),
    groups: {
      code: groups(given, 'code', `coalesce(reason_code, '')`),
      symbol: groups(given, 'symbol', 'symbol'),
      strategy: groups(given, 'strategy', `coalesce(payload->>'strategy_id', '')`),
    } satisfies Record<BlockField, SqlStatement>,
  };
}

function groups(given: string, by: BlockField, key: string): SqlStatement {
  return sqlStatement(
    `blocks_by_${by}`,
    `${given} SELECT ${key} AS key, count(*) AS count,
       min(timestamp_ms) AS "firstAtMs", max(timestamp_ms) AS "lastAtMs"
     ${DECISIONS_WHERE} AND decision = 'BLOCK'
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3`,
  );
}

import type pg from 'pg';
import { z } from 'zod';
import type {
  AuditReader,
  BlockField,
  BlockQuery,
  BlockSummary,
  FillList,
  FillQuery,
} from '../../engine/ports/audit-reader.js';
import type { PgPool } from './pg-pool.js';
import { readOnly } from './read-only.js';

/** Whatever a caller asks for, an answer stays small enough for a screen and for memory. */
const ROWS_MAX = 10_000;

const integer = z.coerce.number().int();
const fillRows = z.array(
  z.object({
    fillId: z.string(),
    orderId: z.string(),
    runId: z.string(),
    symbol: z.string(),
    side: z.string(),
    status: z.string(),
    qty: z.string(),
    price: z.string(),
    slippageBps: z.string().nullable(),
    fee: z.string(),
    realizedPnl: z.string().nullable(),
    strategyId: z.string(),
    atMs: integer,
  }),
);
const fillFigures = z.object({ total: integer, newestAtMs: integer.nullable() });
const groupRows = z.array(
  z.object({ key: z.string(), count: integer, firstAtMs: integer, lastAtMs: integer }),
);
const decisionFigures = z.object({
  blocked: integer,
  allowed: integer,
  lastAllowAtMs: integer.nullable(),
  firstAtMs: integer.nullable(),
  newestAtMs: integer.nullable(),
});

/** Answers what operators ask, from committed rows; each answer is one consistent snapshot. */
export function postgresAuditReader(pool: PgPool): AuditReader {
  return {
    fills: (query) => readOnly(pool, 'read the fills', (client) => readFills(client, query)),
    blocksBy: (query) =>
      readOnly(pool, 'read the decisions', (client) => readBlocks(client, query)),
  };
}

/** The run whose decision was written last. */
const NEWEST_RUN = 'SELECT run_id FROM risk_events ORDER BY id DESC LIMIT 1';

async function newestRun(client: pg.PoolClient): Promise<string | null> {
  const { rows } = await client.query<{ run_id: string }>(NEWEST_RUN);
  return rows[0]?.run_id ?? null;
}

/** Fills of a run inside the window that ends with its newest fill; all of it without a window. */
const FILLS_WHERE = `
  FROM trades
  WHERE run_id = $1
    AND ($2::bigint IS NULL OR timestamp >= (
      SELECT max(timestamp) FROM trades WHERE run_id = $1
    ) - $2 * interval '1 millisecond')
    AND ($3::text IS NULL OR symbol = $3)
    AND ($4::text IS NULL OR strategy_id = $4)`;

async function readFills(client: pg.PoolClient, query: FillQuery): Promise<FillList> {
  const runId = await newestRun(client);
  if (runId === null) return { runId, fills: [], total: 0, newestAtMs: null };
  const filter = [runId, query.windowMs, query.symbol, query.strategyId];
  const { rows } = await client.query(
    `SELECT fill_id AS "fillId", order_id AS "orderId", run_id AS "runId", symbol, side, status,
       size::text AS qty, execution_price::text AS price, slippage_bps::text AS "slippageBps",
       fees::text AS fee, realized_pnl::text AS "realizedPnl",
       coalesce(strategy_id, '') AS "strategyId",
       round(extract(epoch FROM timestamp) * 1000)::bigint AS "atMs"
     ${FILLS_WHERE} ORDER BY timestamp DESC, id DESC LIMIT $5`,
    [...filter, bounded(query.limit)],
  );
  const figures = await client.query(
    `SELECT count(*) AS total, (
       SELECT round(extract(epoch FROM max(timestamp)) * 1000)::bigint
       FROM trades WHERE run_id = $1
     ) AS "newestAtMs" ${FILLS_WHERE}`,
    filter,
  );
  const { total, newestAtMs } = fillFigures.parse(figures.rows[0]);
  return { runId, fills: fillRows.parse(rows).reverse(), total, newestAtMs };
}

const KEYS: Readonly<Record<BlockField, string>> = {
  code: `coalesce(reason_code, '')`,
  symbol: 'symbol',
  strategy: `coalesce(payload->>'strategy_id', '')`,
};

const DECISIONS_WHERE = `
  FROM risk_events
  WHERE run_id = $1 AND ($2::bigint IS NULL OR timestamp_ms >= (
    SELECT max(timestamp_ms) FROM risk_events WHERE run_id = $1
  ) - $2)`;

async function readBlocks(client: pg.PoolClient, query: BlockQuery): Promise<BlockSummary> {
  const runId = await newestRun(client);
  if (runId === null) return emptySummary(query.by);
  const figures = await client.query(
    `SELECT count(*) FILTER (WHERE decision = 'BLOCK') AS blocked,
       count(*) FILTER (WHERE decision = 'ALLOW') AS allowed,
       min(timestamp_ms) AS "firstAtMs", max(timestamp_ms) AS "newestAtMs",
       (SELECT max(timestamp_ms) FROM risk_events WHERE run_id = $1 AND decision = 'ALLOW')
         AS "lastAllowAtMs" ${DECISIONS_WHERE}`,
    [runId, query.windowMs],
  );
  const { rows } = await client.query(
    `SELECT ${KEYS[query.by]} AS key, count(*) AS count,
       min(timestamp_ms) AS "firstAtMs", max(timestamp_ms) AS "lastAtMs"
     ${DECISIONS_WHERE} AND decision = 'BLOCK'
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $3`,
    [runId, query.windowMs, bounded(query.limit)],
  );
  const groups = groupRows.parse(rows);
  const totals = decisionFigures.parse(figures.rows[0]);
  const shown = groups.reduce((sum, group) => sum + group.count, 0);
  return { runId, by: query.by, groups, othersCount: totals.blocked - shown, ...totals };
}

function emptySummary(by: BlockField): BlockSummary {
  const none = { lastAllowAtMs: null, firstAtMs: null, newestAtMs: null };
  return { runId: null, by, groups: [], othersCount: 0, blocked: 0, allowed: 0, ...none };
}

function bounded(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), ROWS_MAX);
}

import { z } from 'zod';

/**
 * A table whose new rows can be followed: rows are only ever added, under an identity that rises. Of
 * one run it rises in the order of the commits (each writes under the lock of its cursor row); of
 * shards that are written side by side it does not (row-cursor.ts).
 */
export interface FollowedTable<Row> {
  readonly name: string;
  /** What stands in front of a query: nothing, or tables in other words (stack-tables.ts). */
  readonly given: string;
  /** The column that names a row for ever, whatever database it is in. */
  readonly key: string;
  /** Columns of `t`, and of what `joins` adds. */
  readonly columns: string;
  readonly joins: string;
  readonly rows: z.ZodType<readonly Row[]>;
}

const integer = z.coerce.number().int();

/** What a run is called: shards of one run by their group; `g` is the row of `runs`. */
export const RUN_NAME = 'coalesce(g.run_group, t.run_id)';
const RUN_NAME_OF_REFUSAL = 'coalesce(g.run_group, r.run_id)';

export const FILLS = table({
  name: 'trades',
  given: '',
  key: 'fill_id',
  columns: `t.fill_id AS "fillId", t.order_id AS "orderId", ${RUN_NAME} AS "runId", t.symbol, t.side,
    t.status, t.size::text AS qty, t.execution_price::text AS price,
    t.slippage_bps::text AS "slippageBps", t.fees::text AS fee,
    t.realized_pnl::text AS "realizedPnl", coalesce(t.strategy_id, '') AS "strategyId",
    round(extract(epoch FROM t.timestamp) * 1000)::bigint AS "atMs"`,
  joins: 'LEFT JOIN runs g ON g.run_id = t.run_id',
  rows: z.array(
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
  ),
});

export const REFUSALS = table({
  name: 'blocked_decisions',
  given: '',
  key: 'decision_pk',
  columns: `t.decision_pk AS "decisionId", ${RUN_NAME_OF_REFUSAL} AS "runId", t.symbol,
    coalesce(t.payload->>'side', '') AS side, t.reason_code AS code,
    coalesce(t.payload->>'detail', '') AS detail,
    coalesce(r.payload->>'strategy_id', '') AS "strategyId", t.timestamp_ms AS "atMs"`,
  joins: `JOIN risk_events r ON r.decision_pk = t.decision_pk
    LEFT JOIN runs g ON g.run_id = r.run_id`,
  rows: z.array(
    z.object({
      decisionId: z.string(),
      runId: z.string(),
      symbol: z.string(),
      side: z.string(),
      code: z.string(),
      detail: z.string(),
      strategyId: z.string(),
      atMs: integer,
    }),
  ),
});

function table<Row>(description: FollowedTable<Row>): FollowedTable<Row> {
  return description;
}

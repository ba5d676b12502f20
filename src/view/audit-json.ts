import { z } from 'zod';
import type {
  BlockedList,
  BlockedRow,
  BlockSummary,
  FillList,
  FillRow,
  RowPage,
} from '../engine/ports/audit-reader.js';

/** Fills and blocks as they travel over the control socket and out of `--json`. */
export function fillListJson(list: FillList) {
  return { ...listHead(list), fills: list.fills.map(fillJson) };
}

export function fillJson(fill: FillRow) {
  return {
    fill_id: fill.fillId,
    order_id: fill.orderId,
    run_id: fill.runId,
    at: iso(fill.atMs),
    symbol: fill.symbol,
    side: fill.side,
    status: fill.status,
    qty: fill.qty,
    price: fill.price,
    slippage_bps: fill.slippageBps,
    fee: fill.fee,
    realized_pnl: fill.realizedPnl,
    strategy_id: fill.strategyId,
  };
}

export function blockedListJson(list: BlockedList) {
  return { ...listHead(list), blocked: list.blocked.map(blockedJson) };
}

export function blockedJson(row: BlockedRow) {
  return {
    decision_id: row.decisionId,
    run_id: row.runId,
    at: iso(row.atMs),
    symbol: row.symbol,
    side: row.side,
    code: row.code,
    detail: row.detail,
    strategy_id: row.strategyId,
  };
}

export function rowPageJson<Row>(page: RowPage<Row>, rowJson: (row: Row) => unknown) {
  return { ...page, rows: page.rows.map(rowJson) };
}

function listHead({ runId, total, newestAtMs, cursor }: Omit<FillList, 'fills'>) {
  return { run_id: runId, total, newest_at: isoOrNull(newestAtMs), cursor };
}

export function blockSummaryJson(summary: BlockSummary) {
  return {
    run_id: summary.runId,
    by: summary.by,
    blocked: summary.blocked,
    allowed: summary.allowed,
    last_allow_at: isoOrNull(summary.lastAllowAtMs),
    first_at: isoOrNull(summary.firstAtMs),
    newest_at: isoOrNull(summary.newestAtMs),
    others_count: summary.othersCount,
    groups: summary.groups.map((group) => ({
      key: group.key,
      count: group.count,
      first_at: iso(group.firstAtMs),
      last_at: iso(group.lastAtMs),
    })),
  };
}

/** @returns null for a body of another shape or version */
export function readFillList(body: unknown): FillList | null {
  const read = FILL_LIST.safeParse(body);
  return read.success ? read.data : null;
}

export function readFillPage(body: unknown): RowPage<FillRow> | null {
  const read = pageOf(FILL).safeParse(body);
  return read.success ? read.data : null;
}

export function readBlockedList(body: unknown): BlockedList | null {
  const read = BLOCKED_LIST.safeParse(body);
  return read.success ? read.data : null;
}

export function readBlockedPage(body: unknown): RowPage<BlockedRow> | null {
  const read = pageOf(BLOCKED).safeParse(body);
  return read.success ? read.data : null;
}

export function readBlockSummary(body: unknown): BlockSummary | null {
  const read = BLOCK_SUMMARY.safeParse(body);
  return read.success ? read.data : null;
}

const time = z.iso.datetime().transform((text) => Date.parse(text));
const count = z.number().int().nonnegative();

const FILL = z
  .object({
    fill_id: z.string(),
    order_id: z.string(),
    run_id: z.string(),
    at: time,
    symbol: z.string(),
    side: z.string(),
    status: z.string(),
    qty: z.string(),
    price: z.string(),
    slippage_bps: z.string().nullable(),
    fee: z.string(),
    realized_pnl: z.string().nullable(),
    strategy_id: z.string(),
  })
  .transform(({ symbol, side, status, qty, price, fee, ...fill }) => ({
    ...{ symbol, side, status, qty, price, fee },
    fillId: fill.fill_id,
    orderId: fill.order_id,
    runId: fill.run_id,
    atMs: fill.at,
    slippageBps: fill.slippage_bps,
    realizedPnl: fill.realized_pnl,
    strategyId: fill.strategy_id,
  }));

const BLOCKED = z
  .object({
    decision_id: z.string(),
    run_id: z.string(),
    at: time,
    symbol: z.string(),
    side: z.string(),
    code: z.string(),
    detail: z.string(),
    strategy_id: z.string(),
  })
  .transform(({ symbol, side, code, detail, ...row }) => ({
    ...{ symbol, side, code, detail },
    decisionId: row.decision_id,
    runId: row.run_id,
    strategyId: row.strategy_id,
    atMs: row.at,
  }));

const LIST_HEAD = {
  run_id: z.string().nullable(),
  total: count,
  newest_at: time.nullable(),
  cursor: z.string(),
};
const FILL_LIST = z
  .object({ ...LIST_HEAD, fills: z.array(FILL) })
  .transform(({ run_id, newest_at, ...list }) => ({
    ...list,
    runId: run_id,
    newestAtMs: newest_at,
  }));
const BLOCKED_LIST = z
  .object({ ...LIST_HEAD, blocked: z.array(BLOCKED) })
  .transform(({ run_id, newest_at, ...list }) => ({
    ...list,
    runId: run_id,
    newestAtMs: newest_at,
  }));

function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    rows: z.array(row),
    cursor: z.string(),
    more: z.boolean(),
    reset: z.boolean(),
  });
}

const GROUP = z
  .object({ key: z.string(), count, first_at: time, last_at: time })
  .transform(({ first_at, last_at, ...group }) => ({
    ...group,
    firstAtMs: first_at,
    lastAtMs: last_at,
  }));

const BLOCK_SUMMARY = z
  .object({
    run_id: z.string().nullable(),
    by: z.enum(['code', 'symbol', 'strategy']),
    blocked: count,
    allowed: count,
    last_allow_at: time.nullable(),
    first_at: time.nullable(),
    newest_at: time.nullable(),
    others_count: count,
    groups: z.array(GROUP),
  })
  .transform(({ by, blocked, allowed, groups, ...summary }) => ({
    ...{ by, blocked, allowed, groups },
    runId: summary.run_id,
    lastAllowAtMs: summary.last_allow_at,
    firstAtMs: summary.first_at,
    newestAtMs: summary.newest_at,
    othersCount: summary.others_count,
  }));

function isoOrNull(atMs: number | null): string | null {
  return atMs === null ? null : iso(atMs);
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

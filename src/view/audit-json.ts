import { z } from 'zod';
import type { BlockSummary, FillList } from '../engine/ports/audit-reader.js';

/** Fills and blocks as they travel over the control socket and out of `--json`. */
export function fillListJson(list: FillList) {
  return {
    run_id: list.runId,
    total: list.total,
    newest_at: isoOrNull(list.newestAtMs),
    fills: list.fills.map((fill) => ({
      fill_id: fill.fillId,
      order_id: fill.orderId,
      run_id: fill.runId,
      at: isoOrNull(fill.atMs),
      symbol: fill.symbol,
      side: fill.side,
      status: fill.status,
      qty: fill.qty,
      price: fill.price,
      slippage_bps: fill.slippageBps,
      fee: fill.fee,
      realized_pnl: fill.realizedPnl,
      strategy_id: fill.strategyId,
    })),
  };
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
      first_at: isoOrNull(group.firstAtMs),
      last_at: isoOrNull(group.lastAtMs),
    })),
  };
}

/** @returns null for a body of another shape or version */
export function readFillList(body: unknown): FillList | null {
  const read = FILL_LIST.safeParse(body);
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

const FILL_LIST = z
  .object({
    run_id: z.string().nullable(),
    total: count,
    newest_at: time.nullable(),
    fills: z.array(FILL),
  })
  .transform(({ run_id, newest_at, ...list }) => ({
    ...list,
    runId: run_id,
    newestAtMs: newest_at,
  }));

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
  return atMs === null ? null : new Date(atMs).toISOString();
}

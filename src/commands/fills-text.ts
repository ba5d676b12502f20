import type { FillList, FillQuery } from '../engine/ports/audit-reader.js';
import { durationText, utcText, whenText } from '../view/age.js';
import type { fillJson } from '../view/audit-json.js';
import { countText } from '../view/figure.js';
import type { RowFields } from './output/row-fields.js';
import { amountText } from './tables/amounts.js';
import { plainText } from '../view/plain-text.js';

export type FillJson = ReturnType<typeof fillJson>;

export const FILL_FIELDS: RowFields<FillJson> = {
  at: { title: 'time (UTC)', text: ({ at }) => timeText(at) },
  symbol: { widthMax: 20, text: ({ symbol }) => symbol },
  side: { text: ({ side }) => side.toUpperCase() },
  qty: { align: 'right', text: ({ qty }) => amountText(qty) },
  price: { align: 'right', text: ({ price }) => amountText(price) },
  slippage_bps: {
    title: 'slip bps',
    align: 'right',
    text: (fill) => (fill.slippage_bps === null ? 'no data' : amountText(fill.slippage_bps)),
  },
  fee: { align: 'right', text: ({ fee }) => amountText(fee) },
  realized_pnl: {
    title: 'realized',
    align: 'right',
    text: (fill) => (fill.realized_pnl === null ? 'opens' : amountText(fill.realized_pnl)),
  },
  strategy_id: { title: 'strategy', widthMax: 24, text: (fill) => fill.strategy_id },
  status: { text: ({ status }) => status.toUpperCase() },
  order_id: { title: 'order', text: (fill) => fill.order_id },
  fill_id: { title: 'fill', hidden: true, text: (fill) => fill.fill_id },
  run_id: { title: 'run', hidden: true, text: (fill) => fill.run_id },
};

/** `2026-02-09 15:29:58` of an ISO time, for a column that says UTC in its title. */
export function timeText(iso: string): string {
  return utcText(Date.parse(iso)).replace(' UTC', '');
}

/** The lines around the table. */
export function fillsText(
  list: FillList,
  query: FillQuery,
  nowMs: number,
): (table: string) => string {
  const { runId, fills, total, newestAtMs } = list;
  if (runId === null) return () => 'no data: no run has written decisions here yet\n';
  const window = windowText(query.windowMs, newestAtMs);
  if (fills.length === 0) return () => `${plainText(noFillText(query, window, runId))}\n`;
  const newest = `newest ${whenText(newestAtMs, nowMs)}`;
  const shown = `${countText(fills.length)} of ${countText(total)} fills`;
  return (table) => `${table}${plainText(`${shown} ${window}, ${newest}, run ${runId}`)}\n`;
}

function noFillText({ symbol, strategyId }: FillQuery, window: string, runId: string): string {
  const filters = [
    symbol === null ? [] : [`symbol ${symbol}`],
    strategyId === null ? [] : [`strategy ${strategyId}`],
  ].flat();
  const matching = filters.length === 0 ? '' : ` matches ${filters.join(' and ')}`;
  return `no fill${matching} ${window}, run ${runId}; a shadow run's hypothetical fills are not listed`;
}

/** Counted back from the newest row: a recorded feed carries the times of its recording. */
export function windowText(windowMs: number | null, newestAtMs: number | null): string {
  if (windowMs === null || newestAtMs === null) return 'in the whole run';
  return `in the ${durationText(windowMs)} up to ${utcText(newestAtMs)}`;
}

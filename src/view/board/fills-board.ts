import type { FillList } from '../../engine/ports/audit-reader.js';
import { newestFirst } from './blocks-board.js';
import type { FillBoardRow, FillsBoard } from './board.js';
import { boundedText } from './bounded.js';
import type { EnginePush } from './engine-push.js';

/** @param push of the engine; null where none runs */
export function fillsBoard(
  { fills, total, orders }: Omit<FillsBoard, 'whyNone'>,
  push: EnginePush | null,
): FillsBoard {
  return { fills, total, orders, whyNone: push === null ? '' : whyNoFill(push) };
}

export function fillRows({ fills }: FillList): readonly FillBoardRow[] {
  return newestFirst(fills).map(fillRow);
}

function fillRow(fill: FillList['fills'][number]): FillBoardRow {
  return {
    atMs: fill.atMs,
    slippageBps: fill.slippageBps,
    realizedPnl: fill.realizedPnl,
    fillId: boundedText(fill.fillId),
    orderId: boundedText(fill.orderId),
    symbol: boundedText(fill.symbol),
    side: boundedText(fill.side),
    status: boundedText(fill.status),
    qty: boundedText(fill.qty),
    price: boundedText(fill.price),
    fee: boundedText(fill.fee),
    strategyId: boundedText(fill.strategyId),
  };
}

/** The first thing on the way to a fill that keeps it from happening; empty where nothing does. */
function whyNoFill({ view, counts }: EnginePush): string {
  const { control, audit, portfolio } = view;
  if (control.mode === 'shadow') return 'shadow sends nothing';
  if (control.level === 'HALTED') return `level is HALTED: ${control.reason}`;
  if (audit.state !== 'ok') return `the audit is ${audit.state}: no order leaves`;
  if (portfolio.breakersOpen.length > 0) {
    return `breaker ${portfolio.breakersOpen.join(', ')} is open`;
  }
  if (counts.decoded_messages_total === 0) return 'no trade has come yet';
  if (counts.signals_generated_total === 0) return 'no signal yet';
  if (counts.orders_approved_total === 0) return 'nothing approved';
  const filled = counts.execution_orders_filled_total;
  return filled === 0 ? 'approved, and no fill came back yet' : '';
}

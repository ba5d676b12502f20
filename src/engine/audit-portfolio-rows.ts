import { isoTime, type AuditContext, type Rows } from './audit-row.js';
import type { LedgerPosted, PortfolioMarked, PositionChanged } from './domain/events.js';

export function addPosition(rows: Rows, fact: PositionChanged, { ids }: AuditContext): void {
  const { book, symbol, openNumber, closedAtMs } = fact;
  rows.add('positions', {
    position_pk: [ids.runId, book, symbol, String(openNumber)].join('|'),
    run_id: ids.runId,
    book,
    symbol,
    open_number: openNumber,
    side: fact.side,
    size: fact.qty,
    entry_price: fact.entryPrice,
    current_price: fact.lastPrice,
    unrealized_pnl: fact.unrealizedPnl,
    realized_pnl: fact.realizedPnl,
    opened_at: isoTime(fact.openedAtMs),
    closed_at: closedAtMs === null ? null : isoTime(closedAtMs),
    updated_at: isoTime(fact.tsMs),
  });
}

export function addLedger(rows: Rows, fact: LedgerPosted, { ids }: AuditContext): void {
  const posting = ids.event(fact.ref);
  for (const [line, { account, amountUsdt }] of fact.entries.entries()) {
    rows.add('ledger_entries', {
      posting_pk: posting,
      line,
      run_id: ids.runId,
      book: fact.book,
      account,
      amount_usdt: amountUsdt,
      timestamp_ms: fact.tsMs,
    });
  }
}

export function addSnapshot(rows: Rows, fact: PortfolioMarked, { ids }: AuditContext): void {
  const equity = Number(fact.equityUsdt);
  rows.add('portfolio_snapshots', {
    snapshot_pk: ids.event(fact.ref),
    run_id: ids.runId,
    book: fact.book,
    timestamp: isoTime(fact.tsMs),
    total_equity: fact.equityUsdt,
    available_balance: fact.cashUsdt,
    daily_pnl: fact.dailyPnlUsdt,
    total_unrealized_pnl: fact.unrealizedPnlUsdt,
    total_realized_pnl: fact.realizedPnlUsdt,
    // A fraction despite the name of the column.
    total_exposure_pct: equity > 0 ? Number(fact.exposureUsdt) / equity : 0,
    max_drawdown_pct: fact.drawdownFraction,
    open_positions: fact.openPositions,
    metadata: JSON.stringify({ pending: fact.pendingUsdt, fees: fact.feesUsdt }),
  });
}

import { AUDIT_TABLES, type AuditRow, type AuditTable } from './domain/audit-tables.js';
import type {
  CandleClosed,
  ControlApplied,
  LedgerPosted,
  OrderFilled,
  OrderRefused,
  OrderRejected,
  OrderRequested,
  Output,
  PortfolioMarked,
  PositionChanged,
  RiskDecided,
  SignalRaised,
} from './domain/events.js';
import type { Hash } from './domain/hash.js';
import { refText, type RunIds } from './domain/ids.js';
import type { Thresholds } from './domain/thresholds.js';
import { decisionRecord } from './decision-record.js';
import type { FoldedBatch } from './folded-batch.js';
import type { AuditBatch } from './ports/audit-store.js';

export interface AuditContext {
  readonly ids: RunIds;
  readonly hash: Hash;
  /** Thresholds that the facts were decided under. */
  readonly thresholds: () => Thresholds;
  /** Name of the simulated or real venue, for the `exchange` column. */
  readonly venue: string;
}

type Rows = Record<AuditTable, AuditRow[]>;

/** The rows of a batch in the columns of audit-tables.ts; null when nothing of it is audited. */
export function auditBatch(batch: FoldedBatch, context: AuditContext): AuditBatch | null {
  const rows = Object.fromEntries(AUDIT_TABLES.map((table) => [table, []])) as unknown as Rows;
  for (const fact of batch.outputs) addFact(rows, fact, context);
  const filled = Object.entries(rows).filter(([, list]) => list.length > 0);
  if (filled.length === 0) return null;
  return {
    runId: context.ids.runId,
    seqFirst: batch.seqFirst,
    seqLast: batch.seqLast,
    digest: batch.digest,
    rows: Object.fromEntries(filled),
  };
}

function addFact(rows: Rows, fact: Output, context: AuditContext): void {
  switch (fact.kind) {
    case 'CandleClosed':
      rows.candles_1m.push(candleRow(fact, context));
      return;
    case 'SignalRaised':
      addSignal(rows, fact, context);
      return;
    case 'RiskDecided':
      addDecision(rows, fact, context);
      return;
    case 'OrderRequested':
      addOrder(rows, fact, context);
      return;
    case 'OrderRefused':
      rows.orders.push(orderUpdate(fact, { status: 'rejected', reason: fact.message }, context));
      return;
    case 'OrderRejected':
      if (fact.book === 'real') rows.orders.push(orderRejectedRow(fact, context));
      return;
    case 'OrderFilled':
      if (fact.book === 'real') addFill(rows, fact, context);
      return;
    case 'PositionChanged':
      rows.positions.push(positionRow(fact, context));
      return;
    case 'LedgerPosted':
      rows.ledger_entries.push(...ledgerRows(fact, context));
      return;
    case 'PortfolioMarked':
      rows.portfolio_snapshots.push(snapshotRow(fact, context));
      return;
    case 'ControlApplied':
      rows.control_events.push(controlRow(fact, context));
      return;
    case 'TradeRefused':
    case 'RegimeMeasured':
    case 'RegimeObserved':
    case 'MarketStateUpdated':
    case 'AllocationDecided':
    case 'BotStopped':
    case 'AlertRaised':
      return;
  }
}

function iso(tsMs: number): string {
  return new Date(tsMs).toISOString();
}

function candleRow(fact: CandleClosed, { ids }: AuditContext): AuditRow {
  const { open, high, low, close, volume, trades } = fact;
  const tsMs = fact.startSec * 1000;
  return [ids.runId, fact.symbol, tsMs, open, high, low, close, volume, trades, null];
}

function addSignal(rows: Rows, fact: SignalRaised, { ids }: AuditContext): void {
  const signalId = ids.signal(fact.ref);
  const metadata = JSON.stringify({
    pct_change: fact.pctChangePp,
    pct_change_15m: fact.pctChange15mPp,
    volume_15m: fact.volume15m,
    trade_qty: fact.tradeQty,
    origin: fact.origin,
    reason: fact.reason,
    cause: refText(fact.cause),
  });
  const side = fact.side.toLowerCase();
  rows.signals.push([
    signalId,
    ids.runId,
    fact.symbol,
    side,
    fact.strategyId,
    fact.price,
    0.5,
    iso(fact.tsMs),
    'signal_engine',
    metadata,
  ]);
  rows.correlation_ledger.push(
    ledgerEvent(ids, { type: 'SIGNAL', signalId, symbol: fact.symbol, tsMs: fact.tsMs }),
  );
}

function addDecision(rows: Rows, fact: RiskDecided, context: AuditContext): void {
  const { ids } = context;
  const record = decisionRecord(fact, context);
  const { decisionPk, signalId } = record;
  const { symbol, tsMs, reasonCode } = fact;
  rows.risk_events.push([
    tsMs,
    symbol,
    fact.decision,
    reasonCode,
    record.contractVersion,
    decisionPk,
    record.inputHash,
    record.payload,
    record.referencePk,
    ids.runId,
    fact.ref.seq,
    fact.ref.ord,
  ]);
  const type = 'DECISION';
  rows.correlation_ledger.push(
    ledgerEvent(ids, { type, signalId, decisionId: decisionPk, symbol, tsMs }),
  );
  if (reasonCode === null) return;
  const detail = JSON.stringify({ detail: fact.detail, side: fact.side, price: fact.price });
  rows.blocked_decisions.push([decisionPk, signalId, decisionPk, symbol, reasonCode, tsMs, detail]);
}

interface LedgerWords {
  readonly type: 'SIGNAL' | 'DECISION' | 'ORDER' | 'FILL';
  readonly signalId: string;
  readonly decisionId?: string;
  readonly orderId?: string;
  readonly fillId?: string;
  readonly symbol: string;
  readonly tsMs: number;
}

function ledgerEvent(ids: RunIds, words: LedgerWords): AuditRow {
  const { type, signalId, decisionId, orderId, fillId, symbol, tsMs } = words;
  return [
    ids.ledgerEvent(words),
    ids.correlation(signalId),
    signalId,
    decisionId ?? null,
    orderId ?? null,
    fillId ?? null,
    type,
    symbol,
    tsMs,
    null,
  ];
}

function addOrder(rows: Rows, fact: OrderRequested, { ids }: AuditContext): void {
  const orderId = ids.order(fact.ref);
  const signalId = ids.signal(fact.signalRef);
  const decisionId = ids.decision(fact.decisionRef);
  const metadata = JSON.stringify({
    origin: fact.origin,
    reduce_only: fact.reduceOnly,
    reason: fact.reason,
    mode: fact.mode,
    epoch: fact.epoch,
    price_bound: fact.priceBound,
  });
  const at = iso(fact.tsMs);
  rows.orders.push([
    orderId,
    ids.runId,
    signalId,
    decisionId,
    ids.clientOrder(fact.ref),
    fact.strategyId,
    fact.symbol,
    fact.side.toLowerCase(),
    'market',
    fact.price,
    fact.qty,
    true,
    null,
    'submitted',
    '0',
    null,
    at,
    at,
    null,
    metadata,
  ]);
  const { symbol, tsMs } = fact;
  rows.correlation_ledger.push(
    ledgerEvent(ids, { type: 'ORDER', signalId, decisionId, orderId, symbol, tsMs }),
  );
}

/** Columns that a later fact knows nothing of stay as the first row of the order set them. */
function orderUpdate(
  fact: OrderRefused | OrderRejected | OrderFilled,
  change: {
    readonly status: string;
    readonly reason?: string;
    readonly qty?: string;
    readonly filled?: string;
    readonly avgPrice?: string;
    readonly filledAt?: string;
  },
  { ids }: AuditContext,
): AuditRow {
  const orderId = ids.order(fact.orderRef);
  const at = iso(fact.tsMs);
  return [
    orderId,
    ids.runId,
    null,
    null,
    null,
    fact.strategyId,
    fact.symbol,
    fact.side.toLowerCase(),
    'market',
    null,
    change.qty ?? fact.qty,
    true,
    change.reason ?? null,
    change.status,
    change.filled ?? '0',
    change.avgPrice ?? null,
    at,
    null,
    change.filledAt ?? null,
    null,
  ];
}

function orderRejectedRow(fact: OrderRejected, context: AuditContext): AuditRow {
  const status = fact.status.toLowerCase();
  return orderUpdate(fact, { status, reason: fact.message, filled: fact.cumQty }, context);
}

function addFill(rows: Rows, fact: OrderFilled, context: AuditContext): void {
  const { ids } = context;
  const { symbol, tsMs } = fact;
  const fillId = ids.fill(fact.ref);
  const orderId = ids.order(fact.orderRef);
  const signalId = ids.signal(fact.signalRef);
  const decisionId = ids.decision(fact.decisionRef);
  const status = fact.status.toLowerCase();
  rows.trades.push([
    fillId,
    orderId,
    ids.runId,
    symbol,
    fact.side.toLowerCase(),
    fact.price,
    fact.qty,
    status,
    fact.price,
    fact.slippageBps,
    fact.fee,
    fact.realizedPnl,
    iso(tsMs),
    context.venue,
    fact.strategyId,
    null,
  ]);
  const change = {
    status,
    qty: fact.orderQty,
    filled: fact.cumQty,
    avgPrice: fact.avgPrice,
    ...(fact.status === 'FILLED' ? { filledAt: iso(tsMs) } : {}),
  };
  rows.orders.push(orderUpdate(fact, change, context));
  rows.correlation_ledger.push(
    ledgerEvent(ids, { type: 'FILL', signalId, decisionId, orderId, fillId, symbol, tsMs }),
  );
}

function positionRow(fact: PositionChanged, { ids }: AuditContext): AuditRow {
  const { book, symbol, openNumber, side, qty, entryPrice, lastPrice } = fact;
  const { unrealizedPnl, realizedPnl } = fact;
  const key = [ids.runId, book, symbol, String(openNumber)].join('|');
  const closedAt = fact.closedAtMs === null ? null : iso(fact.closedAtMs);
  return [
    key,
    ids.runId,
    book,
    symbol,
    openNumber,
    side,
    qty,
    entryPrice,
    lastPrice,
    unrealizedPnl,
    realizedPnl,
    iso(fact.openedAtMs),
    closedAt,
    iso(fact.tsMs),
  ];
}

function ledgerRows(fact: LedgerPosted, { ids }: AuditContext): AuditRow[] {
  const posting = ids.event(fact.ref);
  return fact.entries.map(({ account, amountUsdt }, line) => [
    posting,
    line,
    ids.runId,
    fact.book,
    account,
    amountUsdt,
    fact.tsMs,
  ]);
}

function snapshotRow(fact: PortfolioMarked, { ids }: AuditContext): AuditRow {
  const equity = Number(fact.equityUsdt);
  const exposureFraction = equity > 0 ? Number(fact.exposureUsdt) / equity : 0;
  const metadata = JSON.stringify({ pending: fact.pendingUsdt, fees: fact.feesUsdt });
  return [
    ids.event(fact.ref),
    ids.runId,
    fact.book,
    iso(fact.tsMs),
    fact.equityUsdt,
    fact.cashUsdt,
    fact.dailyPnlUsdt,
    fact.unrealizedPnlUsdt,
    fact.realizedPnlUsdt,
    exposureFraction,
    fact.drawdownFraction,
    fact.openPositions,
    metadata,
  ];
}

function controlRow(fact: ControlApplied, { ids }: AuditContext): AuditRow {
  const { epoch, level, mode, reason, message, operator, previousLevel, tsMs } = fact;
  const scopes = JSON.stringify(fact.scopes);
  return [
    ids.event(fact.ref),
    ids.runId,
    epoch,
    level,
    scopes,
    mode,
    reason,
    message,
    operator,
    previousLevel,
    tsMs,
  ];
}

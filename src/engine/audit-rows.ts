import { addFill, addOrder, addOrderEnd } from './audit-order-rows.js';
import { addLedger, addPosition, addSnapshot } from './audit-portfolio-rows.js';
import { isoTime, newRows, type AuditContext, type Rows } from './audit-row.js';
import { addLedgerEvent } from './audit-ledger-event.js';
import { decisionRecord } from './decision-record.js';
import type {
  CandleClosed,
  ControlApplied,
  FeedGapClosed,
  Output,
  RiskDecided,
  SignalRaised,
} from './domain/events.js';
import { refText } from './domain/ids.js';
import type { FoldedBatch } from './domain/folded-batch.js';
import type { AuditBatch } from './ports/audit-store.js';

/** The rows of a batch in the columns of audit-tables.ts; null when nothing of it is audited. */
export function auditBatch(batch: FoldedBatch, context: AuditContext): AuditBatch | null {
  const rows = newRows();
  for (const fact of batch.outputs) addFact(rows, fact, context);
  const filled = Object.entries(rows.lists).filter(([, list]) => list.length > 0);
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
      addCandle(rows, fact, context);
      return;
    case 'FeedGapClosed':
      addFeedGap(rows, fact, context);
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
      addOrderEnd(rows, fact, { status: 'rejected', reason: fact.message }, context);
      return;
    case 'OrderRejected': {
      const status = fact.status.toLowerCase();
      const end = { status, reason: fact.message, filled: fact.cumQty };
      if (fact.book === 'real') addOrderEnd(rows, fact, end, context);
      return;
    }
    case 'OrderFilled':
      if (fact.book === 'real') addFill(rows, fact, context);
      return;
    case 'PositionChanged':
      addPosition(rows, fact, context);
      return;
    case 'LedgerPosted':
      addLedger(rows, fact, context);
      return;
    case 'PortfolioMarked':
      addSnapshot(rows, fact, context);
      return;
    case 'ControlApplied':
      addControl(rows, fact, context);
      return;
    case 'CancelRequested':
    case 'ExitChanged':
    case 'TradeRefused':
    case 'FeedGapOpened':
    case 'RegimeMeasured':
    case 'RegimeObserved':
    case 'MarketStateUpdated':
    case 'AllocationDecided':
    case 'BotStopped':
    case 'AlertRaised':
    case 'SignalRouted':
    case 'CanaryChanged':
      return;
  }
}

function addCandle(rows: Rows, fact: CandleClosed, { ids }: AuditContext): void {
  const { symbol, open, high, low, close, volume } = fact;
  rows.add('candles_1m', {
    run_id: ids.runId,
    symbol,
    ts_ms: fact.startSec * 1000,
    open,
    high,
    low,
    close,
    volume,
    trade_count: fact.trades,
    incomplete: fact.incomplete === true,
    // The original's column; regimes are entries of their own (domain.md 2.3).
    regime_id: null,
  });
}

function addFeedGap(rows: Rows, fact: FeedGapClosed, { ids }: AuditContext): void {
  rows.add('feed_gaps', {
    run_id: ids.runId,
    seq: fact.ref.seq,
    ord: fact.ref.ord,
    symbol: fact.symbol,
    reason: fact.reason,
    from_ms: fact.fromMs,
    to_ms: fact.toMs,
    trades_missing: fact.tradesMissing,
    noticed_ms: fact.tsMs,
  });
}

function addSignal(rows: Rows, fact: SignalRaised, { ids }: AuditContext): void {
  const signalId = ids.signal(fact.ref);
  const { symbol, tsMs } = fact;
  rows.add('signals', {
    signal_id: signalId,
    run_id: ids.runId,
    symbol,
    signal_type: fact.side.toLowerCase(),
    strategy_id: fact.strategyId,
    price: fact.price,
    // Informational in the original too: nothing gates on it (INV-020/B).
    confidence: 0.5,
    timestamp: isoTime(tsMs),
    source: 'signal_engine',
    metadata: JSON.stringify({
      pct_change: fact.pctChangePp,
      pct_change_15m: fact.pctChange15mPp,
      volume_15m: fact.volume15m,
      trade_qty: fact.tradeQty,
      origin: fact.origin,
      reason: fact.reason,
      cause: refText(fact.cause),
    }),
  });
  addLedgerEvent(rows, { type: 'SIGNAL', signalId, symbol, tsMs }, ids);
}

function addDecision(rows: Rows, fact: RiskDecided, context: AuditContext): void {
  const { ids } = context;
  const record = decisionRecord(fact, context);
  const { decisionPk, signalId } = record;
  const { symbol, tsMs, reasonCode } = fact;
  rows.add('risk_events', {
    timestamp_ms: tsMs,
    symbol,
    decision: fact.decision,
    reason_code: reasonCode,
    contract_version: record.contractVersion,
    decision_pk: decisionPk,
    input_snapshot_hash: record.inputHash,
    payload: record.payload,
    reference_pk: record.referencePk,
    run_id: ids.runId,
    seq: fact.ref.seq,
    ord: fact.ref.ord,
  });
  const type = 'DECISION';
  addLedgerEvent(rows, { type, signalId, decisionId: decisionPk, symbol, tsMs }, ids);
  if (reasonCode === null) return;
  rows.add('blocked_decisions', {
    decision_pk: decisionPk,
    signal_id: signalId,
    decision_id: decisionPk,
    symbol,
    reason_code: reasonCode,
    timestamp_ms: tsMs,
    payload: JSON.stringify({ detail: fact.detail, side: fact.side, price: fact.price }),
  });
}

function addControl(rows: Rows, fact: ControlApplied, { ids }: AuditContext): void {
  const { epoch, level, mode, reason, message, operator } = fact;
  rows.add('control_events', {
    event_pk: ids.event(fact.ref),
    run_id: ids.runId,
    epoch,
    level,
    scopes: JSON.stringify(fact.scopes),
    mode,
    reason,
    message,
    operator,
    previous_level: fact.previousLevel,
    timestamp_ms: fact.tsMs,
    // Of orders for all hosts only.
    record: null,
  });
}

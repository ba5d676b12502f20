import type { EngineStatus } from '../../engine/ports/engine-status.js';
import { droppedTrades } from '../../view/dropped-trades.js';
import {
  countOf,
  isReal,
  REFERENCE_COUNTS,
  type ReferenceCount,
} from '../../view/reference-counts.js';
import { counter, counterBy, gauge, secondsOf, type MetricSpec } from './metric-spec.js';

/** The names of existing dashboards and alert rules (domain.md 1.2 to 1.10), fed from one process. */
export const REFERENCE_METRICS: readonly MetricSpec[] = [
  shared('decoded_messages_total', 'Frames decoded; of a file its trades'),
  counter('decode_errors_total', 'Frames that could not be read', (s) =>
    s.feed.health === null ? null : s.feed.health.counts.unreadable,
  ),
  gauge('ws_connected', '1 while a connection brings data', (s) =>
    s.feed.health === null
      ? null
      : flag(s.feed.health.connections.some(({ state }) => state === 'live')),
  ),
  gauge('last_message_ts_ms', 'Receipt of the last trade, unix ms', (s) => s.trades.lastAtMs),
  counter('candle_trades_processed_total', 'Trades that count in candles', tradesKept),
  counter('candle_candles_emitted_total', 'Candles closed', (s) => countOf(s, 'CandleClosed')),
  counter('regime_candles_processed_total', 'Candles measured', (s) =>
    countOf(s, 'RegimeMeasured'),
  ),
  counter('regime_changes_total', 'Regime entries, heartbeats included', (s) =>
    countOf(s, 'RegimeObserved'),
  ),
  gauge('regime_last_processed_timestamp_seconds', 'Last candle measured, unix s', (s) =>
    secondsOf(s.outputs.RegimeMeasured),
  ),
  counter('allocation_decisions_total', 'Allocation changes', (s) =>
    countOf(s, 'AllocationDecided'),
  ),
  counter('allocation_fills_processed_total', 'Fills that allocation has seen', fills),
  shared('signals_generated_total', 'Signals raised'),
  gauge('signal_engine_status', '1 while the engine runs', (s) => flag(s.phase === 'running')),
  counter('signals_received_total', 'Signals that risk has seen', (s) =>
    countOf(s, 'SignalRaised'),
  ),
  shared('orders_approved_total', 'Orders released, unwinds included'),
  shared('orders_blocked_total', 'Signals stopped by any layer'),
  shared('order_results_received_total', 'Order results seen'),
  counter('orders_rejected_execution_total', 'Order results that are no fill', rejections),
  gauge(
    'circuit_breaker_active',
    '1 while any breaker is open',
    REFERENCE_COUNTS.circuit_breaker_active,
  ),
  gauge('risk_pending_orders_total', 'Orders without a final result', (s) =>
    isReal(s) ? s.portfolio.openOrders : 0,
  ),
  gauge('risk_total_exposure_value', 'Exposure in USDT', (s) =>
    isReal(s) ? Number(s.portfolio.exposureUsdt) : 0,
  ),
  gauge('risk_kill_switch_active', '1 when halted, and for a level that nobody knows', (s) =>
    flag(s.control.level !== 'TRADING' && s.control.level !== 'REDUCING'),
  ),
  counter(
    'risk_reduce_only_approved_total',
    'Orders let through because they reduce',
    (s) => s.reduceOnlyAllowed,
  ),
  counter('risk_proactive_unwind_triggered_total', 'Unwind orders wanted', (s) => s.unwinds),
  counter('risk_alerts_generated_total', 'Alerts raised', (s) => countOf(s, 'AlertRaised')),
  shared('execution_orders_received_total', 'Orders that execution has seen'),
  shared('execution_orders_filled_total', 'Fills; never the hypothetical ones'),
  shared('execution_orders_rejected_total', 'Orders refused or rejected'),
  counter(
    'execution_invalid_payloads_total',
    'Orders refused as insane',
    (s) => s.ordersRefusedBy['payload'] ?? 0,
  ),
  counter(
    'execution_shadow_blocked_total',
    'Orders refused because of shadow mode',
    (s) => s.ordersRefusedBy['shadow'] ?? 0,
  ),
  gauge('execution_uptime_seconds', 'Time since the start', (s) =>
    Math.max(0, (s.observedAtMs - s.startedAtMs) / 1000),
  ),
  counterBy(
    'channel',
    ['db_writer_events_processed_total', 'Rows committed, by the channel they stand for'],
    rowsByChannel,
  ),
];

function tradesKept({ trades, tradesRefused }: EngineStatus): number {
  return Math.max(0, trades.count - droppedTrades(tradesRefused));
}

function fills(status: EngineStatus): number {
  return REFERENCE_COUNTS.execution_orders_filled_total(status);
}

function rejections(status: EngineStatus): number {
  return REFERENCE_COUNTS.execution_orders_rejected_total(status);
}

function shared(name: ReferenceCount, help: string): MetricSpec {
  return counter(name, help, REFERENCE_COUNTS[name]);
}

function flag(on: boolean): number {
  return on ? 1 : 0;
}

/** Table by channel name; `order_results` fill the table of trades. */
const TABLE_OF_CHANNEL: Readonly<Record<string, string>> = {
  signals: 'signals',
  orders: 'orders',
  order_results: 'trades',
  portfolio_snapshots: 'portfolio_snapshots',
  candles_1m: 'candles_1m',
};

function rowsByChannel({ audit }: EngineStatus): Readonly<Record<string, number>> {
  const rows = Object.entries(TABLE_OF_CHANNEL).map(
    ([channel, table]) => [channel, audit.rowsCommitted[table] ?? 0] as const,
  );
  return Object.fromEntries(rows);
}

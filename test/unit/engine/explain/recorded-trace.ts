import { nodeHash } from '../../../../src/adapters/node-hash.js';
import { auditBatch } from '../../../../src/engine/audit-rows.js';
import { AUDIT_COLUMNS, type AuditTable } from '../../../../src/engine/domain/audit-tables.js';
import { runIds } from '../../../../src/engine/domain/ids.js';
import type { Thresholds } from '../../../../src/engine/domain/thresholds.js';
import type { DecisionTrace, TraceRow } from '../../../../src/engine/ports/decision-trace.js';
import type { FoldBench } from '../fold-bench.js';

/** What the tables would answer for every decision of a folded run, oldest first. */
export function recordedTraces(bench: FoldBench, limits: Thresholds): readonly DecisionTrace[] {
  const ids = runIds(nodeHash, 'run');
  const context = { ids, hash: nodeHash, thresholds: () => limits, venue: 'paper' };
  const { seq, digest } = bench.fold;
  const batch = auditBatch(
    { seqFirst: 1, seqLast: seq, digest, outputs: bench.facts, arrivedAtMs: 0 },
    context,
  );
  const rows = (name: AuditTable): readonly TraceRow[] =>
    (batch?.rows[name] ?? []).map((row) =>
      Object.fromEntries(AUDIT_COLUMNS[name].map((column, i) => [column, cell(column, row[i])])),
    );
  const [signals, orders, trades] = [rows('signals'), rows('orders'), rows('trades')];
  return rows('risk_events').map((decision) => {
    const signalId = (decision['payload'] as TraceRow)['signal_id'];
    const own = orders.filter((order) => order['signal_id'] === signalId);
    const fills = trades.filter(({ order_id: id }) =>
      own.some((order) => order['order_id'] === id),
    );
    return {
      matched: { kind: 'decision', id: String(decision['decision_pk']), symbol: '' },
      ...{ run: null, refusal: null, control: null, candle: null, positions: [], ledger: [] },
      signal: signals.find((signal) => signal['signal_id'] === signalId) ?? null,
      ...{ decision, orders: own, fills },
    };
  });
}

/** JSON columns come back parsed, and numbers of other columns as text. */
function cell(column: string, value: unknown): unknown {
  if (typeof value === 'string' && ['payload', 'metadata'].includes(column)) {
    return JSON.parse(value);
  }
  return typeof value === 'number' ? String(value) : value;
}

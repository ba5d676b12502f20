import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import { auditBatch } from '../../../src/engine/audit-rows.js';
import { AUDIT_COLUMNS, type AuditTable } from '../../../src/engine/domain/audit-tables.js';
import { runIds } from '../../../src/engine/domain/ids.js';
import { eager, FoldBench, of } from './fold-bench.js';

const IDS = runIds(nodeHash, 'run');
const context = { ids: IDS, hash: nodeHash, thresholds: () => eager(), venue: 'paper' };

function audited(mode: 'paper' | 'shadow' = 'paper') {
  const limits = eager({
    risk: { autoUnwind: true },
    paper: { rejectFraction: 0.2, partialFraction: 0.3 },
  });
  const bench = new FoldBench({ mode, limits });
  bench.warmUp();
  for (let i = 0; i < 40; i += 1) bench.trade(10_000 + (i % 4) * 3);
  const { seq, digest } = bench.fold;
  const batch = auditBatch(
    { seqFirst: 1, seqLast: seq, digest, outputs: bench.facts, arrivedAtMs: 0 },
    context,
  );
  if (batch === null) throw new Error('nothing is audited');
  const table = (name: AuditTable) =>
    (batch.rows[name] ?? []).map((row) =>
      Object.fromEntries(AUDIT_COLUMNS[name].map((column, i) => [column, row[i]])),
    );
  return { bench, batch, table };
}

describe('audit rows', () => {
  it('have exactly the columns of their tables', () => {
    const { batch } = audited();
    const tables = Object.entries(batch.rows) as [AuditTable, readonly (readonly unknown[])[]][];
    expect(tables.length).toBeGreaterThan(8);
    for (const [name, rows] of tables) {
      for (const row of rows)
        expect([name, row.length]).toEqual([name, AUDIT_COLUMNS[name].length]);
    }
  });

  it('have one risk event for each signal, with the final decision', () => {
    const { bench, table } = audited();
    const decisions = bench.of('RiskDecided');
    expect(
      table('risk_events').map((row) => [row['decision'], row['reason_code'], row['decision_pk']]),
    ).toEqual(
      decisions.map(({ decision, reasonCode, ref }) => [decision, reasonCode, IDS.decision(ref)]),
    );
    expect(table('signals')).toHaveLength(decisions.length);
    expect(table('blocked_decisions')).toHaveLength(
      decisions.filter(({ decision }) => decision === 'BLOCK').length,
    );
  });

  it('lead from every trade over order and decision to the signal', () => {
    const { bench, table } = audited();
    const trades = table('trades');
    expect(trades).toHaveLength(bench.of('OrderFilled').length);
    expect(new Set(trades.map((row) => row['fill_id'])).size).toBe(trades.length);
    const orders = new Map(
      table('orders')
        .filter((row) => row['signal_id'] !== null)
        .map((row) => [row['order_id'], row]),
    );
    const signals = new Set(table('signals').map((row) => row['signal_id']));
    const decisions = new Set(table('risk_events').map((row) => row['decision_pk']));
    for (const trade of trades) {
      const order = orders.get(trade['order_id']);
      expect(signals.has(order?.['signal_id'])).toBe(true);
      expect(decisions.has(order?.['decision_id'])).toBe(true);
    }
  });

  it('sum to zero in the ledger, posting by posting', () => {
    const { table } = audited();
    const sums = new Map<unknown, bigint>();
    for (const row of table('ledger_entries')) {
      const [whole = '0', fraction = ''] = String(row['amount_usdt']).split('.');
      const posting = row['posting_pk'];
      sums.set(posting, (sums.get(posting) ?? 0n) + BigInt(whole + fraction));
    }
    expect(sums.size).toBeGreaterThan(20);
    expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
  });

  it('know no real trade in shadow, and every order as refused', () => {
    const { bench, table } = audited('shadow');
    expect(of(bench.facts, 'OrderFilled').length).toBeGreaterThan(3);
    expect(table('trades')).toEqual([]);
    const newest = new Map(table('orders').map((row) => [row['order_id'], row['status']]));
    expect(new Set(newest.values())).toEqual(new Set(['rejected']));
    expect(new Set(table('positions').map((row) => row['book']))).toEqual(
      new Set(['hypothetical']),
    );
  });

  it('are none where nothing is audited', () => {
    expect(
      auditBatch({ seqFirst: 1, seqLast: 1, digest: '', outputs: [], arrivedAtMs: 0 }, context),
    ).toBeNull();
  });
});

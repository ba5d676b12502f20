import { describe, expect, test } from 'vitest';
import { explain } from '../../../../src/engine/explain/explanation.js';
import { recordedCase, recordedVerdict } from '../../../../src/engine/explain/read-record.js';
import { codeOf } from '../../../../src/engine/explain/recorded-case.js';
import type { DecisionTrace, TraceRow } from '../../../../src/engine/ports/decision-trace.js';
import { eager, FoldBench } from '../fold-bench.js';
import { recordedTraces } from './recorded-trace.js';

function traces(mode: 'paper' | 'shadow' = 'paper'): readonly DecisionTrace[] {
  const limits = eager({ risk: { autoUnwind: true }, paper: { partialFraction: 0.3 } });
  const bench = new FoldBench({ mode, limits });
  for (let i = 0; i < 20; i += 1) bench.trade(10_000 + (i % 3) * 5);
  bench.warmUp();
  for (let i = 0; i < 60; i += 1) bench.trade(10_000 + (i % 4) * 3);
  return recordedTraces(bench, limits);
}

const withPayload = (trace: DecisionTrace, change: (payload: TraceRow) => TraceRow) => ({
  ...trace,
  decision: {
    ...trace.decision,
    payload: change(trace.decision?.['payload'] as TraceRow),
  },
});

const allowed = ({ decision }: DecisionTrace) => decision?.['decision'] === 'ALLOW';

describe('explain', () => {
  test('judges every decision again as it was judged, from its row alone', () => {
    const all = [...traces('paper'), ...traces('shadow')].map(({ decision }) => decision ?? {});
    const recorded = all.map((row) => recordedVerdict(row).code);
    expect(all.map(recordedCase).map((one) => one && codeOf(one))).toEqual(recorded);
    expect(new Set(recorded).size).toBeGreaterThan(2);
    expect(recorded).toContain(null);
  });

  test('tells the way from the trade to the fill, each with its delay', () => {
    const filled = traces().find((trace) => allowed(trace) && trace.fills.length > 0);
    const { path } = explain(filled as DecisionTrace);
    expect(path.map(({ step }) => step)).toEqual([
      ...['candle', 'market state', 'regime', 'trade', 'signal', 'allocation', 'decision', 'order'],
      ...(filled?.fills ?? []).map(() => 'fill'),
    ]);
    const [signal, fill] = ['signal', 'fill'].map((name) => path.find(({ step }) => step === name));
    expect(signal?.ageMs).toBe(0);
    expect(fill?.ageMs).toBeNull();
    const order = path.find(({ step }) => step === 'order');
    expect(fill?.delayMs).toBe((fill?.atMs ?? 0) - (order?.atMs ?? 0));
    expect(fill?.delayMs).toBeGreaterThan(0);
  });

  test('finds a record that the judge does not agree with', () => {
    const trace = traces().find(allowed) as DecisionTrace;
    const forged = withPayload(trace, (payload) => ({ ...payload, regime_id: 3 }));
    expect(explain(forged).judgedAgain).toMatchObject({ code: 'RC_001', agrees: false });
  });

  test('says what the row of an earlier build lacks, and judges no layer without it', () => {
    const [first] = traces();
    const blocked = first as DecisionTrace;
    const older = withPayload(blocked, ({ risk: _, risk_limits: __, ...payload }) => payload);
    const explained = explain(older);
    expect(explained.judgedAgain).toMatchObject({ code: 'RC_002', agrees: true });
    expect(explained.judgedAgain?.limits.some(({ code }) => code.startsWith('RK_'))).toBe(false);
    expect(explained.missing).toContainEqual(expect.stringContaining('an earlier build'));
    const byLayer = { ...older, decision: { ...older.decision, reason_code: 'RK_EXPOSURE' } };
    expect(explain(byLayer).judgedAgain).toBeNull();
    const empty = withPayload(blocked, () => ({}));
    expect(explain(empty)).toMatchObject({ judgedAgain: null, verdict: { code: 'RC_002' } });
    expect(explain({ ...blocked, decision: null })).toMatchObject({ verdict: null });
  });

  test('says of a shadow order that its fill is in no table', () => {
    const trace = traces('shadow').find(allowed) as DecisionTrace;
    const order = { ...trace.orders[0], rejection_reason: 'shadow mode (zero execution)' };
    expect(explain({ ...trace, orders: [order] }).missing).toContainEqual(
      expect.stringContaining('shadow'),
    );
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Mode } from '../../../src/engine/domain/control.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../src/engine/domain/thresholds.js';
import { of, thresholds } from './fold-bench.js';
import { goldenRun } from './golden.js';
import { tradesOf } from './stages/market-fold.js';

const FIXTURE = new URL('../../fixtures/golden/runs.json', import.meta.url);
const { default: usual, reference } = THRESHOLD_SETS;

/** XRPETH moves little and trades seldom: shorter channels, and a trend that is named sooner. */
const BREAKOUT: Thresholds = thresholds(
  {
    signal: {
      adapter: 'primary_breakout_v1',
      strategyId: 'primary_breakout_v1',
      symbol: 'XRPETH',
      entryLookbackMin: 60,
      exitLookbackMin: 20,
      entryGapMin: 15,
      bufferFraction: 0.0002,
    },
    regime: { adxTrend: 15, adxRange: 10, atrHighVolBps: 100 },
    gate: { pctChange15mPpMin: -5 },
    risk: { autoUnwind: false },
  },
  usual,
);

const RUNS: Readonly<
  Record<string, { file: 'sample' | 'xrpeth'; mode: Mode; limits: Thresholds }>
> = {
  'sample paper default': { file: 'sample', mode: 'paper', limits: usual },
  'sample shadow default': { file: 'sample', mode: 'shadow', limits: usual },
  'sample paper reference': { file: 'sample', mode: 'paper', limits: reference },
  'sample shadow reference': { file: 'sample', mode: 'shadow', limits: reference },
  'xrpeth paper breakout': { file: 'xrpeth', mode: 'paper', limits: BREAKOUT },
};

function run(name: string) {
  const chosen = RUNS[name];
  if (chosen === undefined) throw new Error(`no run "${name}"`);
  const { file, mode, limits } = chosen;
  return goldenRun({ trades: tradesOf(file), mode, thresholds: limits });
}

describe('golden runs', () => {
  it('give the recorded digests and counts', () => {
    const summaries = Object.fromEntries(
      Object.keys(RUNS).map((name) => [name, run(name).summary]),
    );
    if (process.env['CDB_WRITE_GOLDEN'] === '1') {
      writeFileSync(FIXTURE, `${JSON.stringify(summaries, null, 2)}\n`);
    }
    expect(summaries).toEqual(JSON.parse(readFileSync(FIXTURE, 'utf8')));
  });

  it('the default paper run approves, blocks, buys, sells, earns or loses, and reopens', () => {
    const { summary } = run('sample paper default');
    expect(summary.decisions['ALLOW']).toBeGreaterThan(50);
    const blocked = Object.keys(summary.decisions).filter((code) => code !== 'ALLOW');
    expect(blocked.length).toBeGreaterThanOrEqual(3);
    expect(summary.fills['real BUY FILLED']).toBeGreaterThan(20);
    expect(summary.fills['real SELL FILLED']).toBeGreaterThan(20);
    expect(summary.positionsOpened).toBeGreaterThan(1);
    expect(summary.realizedE8).not.toBe('0');
  });

  it('shadow approves, refuses every order, and has no real fill', () => {
    const { summary, facts } = run('sample shadow default');
    const books = [...of(facts, 'OrderFilled'), ...of(facts, 'OrderRejected')].map(
      ({ book }) => book,
    );
    expect(new Set(books)).toEqual(new Set(['hypothetical']));
    const refused = of(facts, 'OrderRefused').map(({ orderRef }) => orderRef);
    expect(refused).toEqual(of(facts, 'OrderRequested').map(({ ref }) => ref));
    expect(summary.decisions['ALLOW']).toBeGreaterThan(10);
  });

  it('with the reference thresholds nothing real is ever approved', () => {
    const { summary } = run('sample paper reference');
    expect(summary.decisions['ALLOW']).toBeUndefined();
    expect(summary.fills).toEqual({});
  });

  it('the breakout strategy enters, exits and enters again on XRPETH', () => {
    const { facts, summary } = run('xrpeth paper breakout');
    const reasons = new Set(of(facts, 'SignalRaised').map(({ reason }) => reason));
    expect(reasons).toEqual(new Set(['breakout_entry', 'channel_exit']));
    expect(summary.positionsOpened).toBeGreaterThan(3);
    for (const order of of(facts, 'OrderRequested')) {
      expect(order.reduceOnly).toBe(order.side === 'SELL');
    }
  });

  it('one price a hundredth higher gives another digest, the same prices the same', () => {
    const trades = tradesOf('sample').slice(0, 6_000);
    const again = (change: number) =>
      goldenRun({
        trades: trades.map((trade, i) =>
          i === 5_000 ? { ...trade, price: (Number(trade.price) + change).toFixed(2) } : trade,
        ),
        mode: 'paper',
        thresholds: usual,
      }).summary.digest;
    expect(again(0)).toBe(again(0));
    expect(again(0.01)).not.toBe(again(0));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeHash } from '../../../src/adapters/node-hash.js';
import type { Mode } from '../../../src/engine/domain/control.js';
import { refText, type Ref } from '../../../src/engine/domain/ids.js';
import { openOrdersByBook } from '../../../src/engine/engine-status.js';
import { Fold } from '../../../src/engine/fold.js';
import { FoldBench, of } from './fold-bench.js';

function started(mode: Mode): FoldBench {
  const bench = new FoldBench({ mode });
  bench.warmUp();
  return bench;
}

/** A rise that signals, and a second trade that fills. */
function buy(bench: FoldBench, symbol = 'BTCUSDT') {
  const price = Number(bench.state.portfolio.marketPrices.get(symbol) ?? 10_000n * 10n ** 8n) / 1e8;
  return [...bench.trade(price * 1.001, { symbol }), ...bench.trade(price, { symbol })];
}

function setMode(bench: FoldBench, mode: Mode): void {
  bench.control({ mode, epoch: bench.state.epochMax + 1 });
}

describe('a change of mode in a running fold', () => {
  it('decides on the other book from the next input on, and takes nothing along', () => {
    const bench = started('shadow');
    const before = buy(bench);
    expect(of(before, 'OrderFilled').map(({ book }) => book)).toEqual(['hypothetical']);
    expect(bench.state.portfolio.positions.size).toBe(1);
    setMode(bench, 'paper');
    expect(bench.state.portfolio).toMatchObject({ book: 'real', positions: new Map() });
    const after = buy(bench);
    expect(of(after, 'OrderRequested').map(({ mode }) => mode)).toEqual(['paper']);
    expect(of(after, 'OrderRefused')).toEqual([]);
    expect(of(after, 'OrderFilled').map(({ book }) => book)).toEqual(['real']);
  });

  it('finds a book as it was left', () => {
    const bench = started('paper');
    buy(bench);
    const held = structuredClone(bench.state.portfolio.positions);
    setMode(bench, 'shadow');
    buy(bench);
    setMode(bench, 'paper');
    expect(bench.state.portfolio.positions).toEqual(held);
    // One opening balance for each of the books, however often they change.
    const opened = bench
      .of('LedgerPosted')
      .filter(({ entries }) => entries.some(({ account }) => account === 'equity:opening'));
    expect(opened.map(({ book }) => book)).toEqual(['real', 'hypothetical']);
  });

  it('lets open orders end in the book that they were opened for', () => {
    const bench = started('paper');
    const price = 10_010;
    const [order] = of(bench.trade(price), 'OrderRequested');
    setMode(bench, 'shadow');
    const fills = of(bench.trade(price - 5), 'OrderFilled');
    expect(fills).toMatchObject([{ book: 'real', orderRef: order?.ref }]);
    expect(bench.state.portfolio.book).toBe('hypothetical');
    expect(bench.state.portfolio.positions.size).toBe(0);
    expect(bench.state.parked?.portfolio.positions.size).toBe(1);
  });

  it('counts what is open in either book', () => {
    const bench = started('paper');
    bench.trade(10_010);
    expect(openOrdersByBook([bench])).toEqual({ real: 1, hypothetical: 0 });
    setMode(bench, 'shadow');
    expect(openOrdersByBook([bench])).toEqual({ real: 1, hypothetical: 0 });
    expect(openOrdersByBook([bench, bench])).toEqual({ real: 2, hypothetical: 0 });
  });

  it('times out what is open in the book that is not decided on', () => {
    const bench = started('paper');
    bench.trade(10_010);
    setMode(bench, 'shadow');
    // Beyond the bound of the order: it can't fill.
    const facts = [
      ...bench.trade(10_900, { afterMs: 100 }),
      ...bench.trade(10_900, { afterMs: 120_000 }),
    ];
    expect(of(facts, 'OrderRejected').filter(({ book }) => book === 'real')).toMatchObject([
      { status: 'CANCELLED' },
    ]);
  });

  it('judges the strategy by the book that it decides on', () => {
    const bench = started('shadow');
    buy(bench);
    const slot = () => [...bench.state.allocation.values()][0];
    expect(slot()?.qtyE8).toBeGreaterThan(0n);
    setMode(bench, 'paper');
    expect(slot()).toMatchObject({ qtyE8: 0n, avgPrice: 0 });
    setMode(bench, 'shadow');
    expect(slot()?.qtyE8).toBe(bench.state.portfolio.positions.get('BTCUSDT')?.qtyE8);
  });

  it('has no real book in live and canary alone: nothing in the fold reaches a real venue', () => {
    for (const mode of ['live', 'canary'] as const) {
      const bench = started('paper');
      setMode(bench, mode);
      const facts = buy(bench);
      expect(of(facts, 'OrderRequested').map((order) => order.mode)).toEqual(['shadow']);
      expect(of(facts, 'OrderRefused')).toHaveLength(1);
    }
  });

  it('never mixes the books, and replays to the same digest over any change', () => {
    const move = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -40, max: 60 }) },
      { weight: 1, arbitrary: fc.constantFrom<Mode>('shadow', 'paper', 'canary', 'live') },
    );
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 5, maxLength: 50 }),
        fc.integer({ min: 0, max: 49 }),
        (moves, cutAt) => {
          const bench = started('shadow');
          const resumed = new Fold(nodeHash);
          let price = 10_000;
          for (const [i, one] of moves.entries()) {
            if (i === cutAt) {
              const { seq, digest } = bench.fold;
              resumed.restore({ seq, digest, state: bench.fold.stateText() });
            }
            if (typeof one === 'string') setMode(bench, one);
            else bench.trade((price *= 1 + one / 10_000), { afterMs: 700 });
          }
          const modeOf = new Map(
            bench.of('OrderRequested').map(({ ref, mode }) => [refText(ref), mode]),
          );
          const ended: readonly { book: string; orderRef: Ref }[] = [
            ...bench.of('OrderFilled'),
            ...bench.of('OrderRejected'),
          ];
          for (const { book, orderRef } of ended) {
            const mode = modeOf.get(refText(orderRef));
            expect(mode).toBe(book === 'real' ? 'paper' : 'shadow');
          }
          for (const { entries } of bench.of('LedgerPosted')) {
            const sum = entries.reduce((all, { amountUsdt }) => all + e8(amountUsdt), 0n);
            expect(sum).toBe(0n);
          }
          if (cutAt >= moves.length) return;
          for (const [seq, input] of bench.inputs) {
            if (seq > resumed.seq) resumed.apply({ seq, input });
          }
          expect(resumed.digest).toBe(bench.fold.digest);
        },
      ),
    );
  });
});

function e8(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

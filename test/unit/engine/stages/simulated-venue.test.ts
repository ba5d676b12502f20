import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { e8FromNumber, mulE8, parseE8, type E8 } from '../../../../src/engine/domain/e8.js';
import { StepOutputs } from '../../../../src/engine/domain/emit.js';
import type { Output, Side } from '../../../../src/engine/domain/events.js';
import { THRESHOLD_SETS, type Thresholds } from '../../../../src/engine/domain/thresholds.js';
import {
  applyFill,
  openPortfolio,
  type PortfolioState,
} from '../../../../src/engine/stages/portfolio.js';
import {
  expireOverdue,
  initialVenue,
  matchTrade,
  pendingOf,
  submit,
  type VenueState,
} from '../../../../src/engine/stages/simulated-venue.js';
import { of } from '../fold-bench.js';
import { T0 } from './market-fold.js';

const REF = { seq: 1, ord: 0 };
const e8 = e8FromNumber;
const PAPER = THRESHOLD_SETS.default.paper;
const CERTAIN = { ...PAPER, rejectFraction: 0, partialFraction: 0, slippageBpsMax: 0 };

function bench(limits: Thresholds['paper'] = CERTAIN, seed = 1) {
  const venue: VenueState = initialVenue();
  const portfolio: PortfolioState = openPortfolio('real', e8(1e6));
  const facts: Output[] = [];
  let seq = 10;
  const context = () => {
    seq += 1;
    const out = new StepOutputs(seq);
    return { out, context: { portfolio, out, cause: out.inputRef, limits, seed } };
  };
  return {
    venue,
    portfolio,
    facts,
    order: (side: Side, qty: number, price = 100, bound = price, reduceOnly = false) => {
      submit(
        venue,
        {
          ref: { seq, ord: 0 },
          signalRef: REF,
          decisionRef: REF,
          symbol: 'ETHUSDT',
          strategyId: 'paper',
          side,
          qtyE8: e8(qty),
          priceE8: e8(price),
          boundE8: e8(bound),
          reduceOnly,
          origin: 'signal',
          requestedAtMs: T0,
        },
        { limits, seed },
      );
      seq += 1;
    },
    hold: (qty: number) => {
      const out = new StepOutputs(1);
      const fill = {
        symbol: 'ETHUSDT',
        side: 'BUY' as const,
        qtyE8: e8(qty),
        priceE8: e8(100),
        feeE8: 0n,
        tsMs: T0,
      };
      applyFill(portfolio, out, fill, REF);
    },
    trade: (price: number, atMs: number, symbol = 'ETHUSDT') => {
      const { out, context: venueContext } = context();
      const results = matchTrade(
        venue,
        { symbol, priceE8: e8(price), tsMs: T0 + atMs },
        venueContext,
      );
      facts.push(...out.facts);
      return results;
    },
    time: (atMs: number) => {
      const { out, context: venueContext } = context();
      const results = expireOverdue(venue, T0 + atMs, venueContext);
      facts.push(...out.facts);
      return results;
    },
  };
}

const number = (text: string | undefined): E8 => {
  const value = parseE8(text ?? '');
  return typeof value === 'string' ? -1n : value;
};

describe('simulated venue', () => {
  it('fills at the price of the market with the fee of its notional, wherever the market is', () => {
    for (const price of [0.0015, 100, 90_560]) {
      const run = bench();
      run.order('BUY', 2, price);
      expect(run.trade(price, 200)).toMatchObject([
        { final: true, failed: false, filledE8: e8(2) },
      ]);
      const [fill] = of(run.facts, 'OrderFilled');
      expect(number(fill?.price)).toBe(e8(price));
      expect(number(fill?.fee)).toBe(mulE8(mulE8(e8(2), e8(price)), e8(0.0005)));
    }
  });

  it('sees nothing before its latency is over, which lies between its limits', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const run = bench(CERTAIN, seed);
      run.order('BUY', 1);
      expect(run.trade(100, 49)).toEqual([]);
      expect(run.trade(100, 200)).toHaveLength(1);
    }
  });

  it('slips to the worse side by at most its limit, and says so', () => {
    for (const side of ['BUY', 'SELL'] as const) {
      const worst: number[] = [];
      for (let seed = 0; seed < 200; seed += 1) {
        const run = bench({ ...CERTAIN, slippageBpsMax: 2 }, seed);
        run.hold(5);
        run.order(side, 1, 100, side === 'BUY' ? 101 : 99, side === 'SELL');
        run.trade(100, 200);
        worst.push(of(run.facts, 'OrderFilled')[0]?.slippageBps ?? NaN);
      }
      expect(Math.min(...worst)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...worst)).toBeGreaterThan(1.8);
      expect(Math.max(...worst)).toBeLessThanOrEqual(2);
    }
  });

  it('waits while the market is beyond the bound, and ends the order when its time is over', () => {
    const run = bench();
    run.order('BUY', 1, 100, 100.5);
    expect(run.trade(100.51, 200)).toEqual([]);
    expect(run.trade(100.5, 5_000)).toHaveLength(1);

    const late = bench();
    late.order('BUY', 1, 100, 100.5);
    const [order] = late.venue.orders.get('ETHUSDT') ?? [];
    const dueMs = (order?.dueAtMs ?? 0) - T0;
    expect(late.time(dueMs + 10_000)).toEqual([]);
    expect(late.time(dueMs + 10_001)).toMatchObject([{ final: true, failed: false, filledE8: 0n }]);
    expect(of(late.facts, 'OrderRejected')).toMatchObject([
      { status: 'CANCELLED', cumQty: '0.00000000' },
    ]);
    expect(late.venue.orders.size).toBe(0);
  });

  it('rejects once and finally, about as often as it is told to', () => {
    let rejected = 0;
    for (let seed = 0; seed < 1_000; seed += 1) {
      const run = bench({ ...CERTAIN, rejectFraction: 0.2 }, seed);
      run.order('BUY', 1);
      rejected += of((run.trade(100, 200), run.facts), 'OrderRejected').length;
      expect(run.trade(100, 300)).toEqual([]);
    }
    expect(rejected).toBeGreaterThan(150);
    expect(rejected).toBeLessThan(250);
  });

  it('fills a part first and the rest with the next trade; the rest of a late one is cancelled', () => {
    const run = bench({ ...CERTAIN, partialFraction: 1 });
    run.order('BUY', 10);
    expect(run.trade(100, 200)).toMatchObject([{ final: false }]);
    const left = pendingOf(run.venue, 'ETHUSDT').buyE8;
    expect(left).toBeGreaterThan(e8(1.9));
    expect(left).toBeLessThan(e8(8.1));
    run.order('BUY', 10);
    run.trade(100, 300);
    expect(of(run.facts, 'OrderFilled').map(({ status, orderQty }) => [status, orderQty])).toEqual([
      ['PARTIALLY_FILLED', '10.00000000'],
      ['FILLED', '10.00000000'],
      ['PARTIALLY_FILLED', '10.00000000'],
    ]);
    expect(run.time(20_000)).toMatchObject([{ final: true, failed: false }]);
    const [cancelled] = of(run.facts, 'OrderRejected');
    expect(number(cancelled?.cumQty)).toBeGreaterThan(0n);
    expect(pendingOf(run.venue, 'ETHUSDT')).toEqual({ buyE8: 0n, sellE8: 0n, boundE8: 0n });
  });

  it('a reducing order fills at most what is held at that moment', () => {
    const run = bench();
    run.hold(3);
    run.order('SELL', 5, 100, 90, true);
    run.trade(100, 200);
    expect(of(run.facts, 'OrderFilled')).toMatchObject([
      { qty: '3.00000000', status: 'PARTIALLY_FILLED' },
    ]);
    expect(run.trade(100, 300)).toEqual([]);
    expect(run.portfolio.positions.size).toBe(0);
  });

  it('leaves the orders of other symbols alone', () => {
    const run = bench();
    run.order('BUY', 1);
    expect(run.trade(100, 500, 'BTCUSDT')).toEqual([]);
    expect(pendingOf(run.venue, 'ETHUSDT').buyE8).toBe(e8(1));
  });

  it('sums fills to the order, its average to their notional, and its pending to the rest', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer(),
          prices: fc.array(fc.double({ min: 90, max: 110, noNaN: true }), {
            minLength: 1,
            maxLength: 12,
          }),
          qty: fc.double({ min: 0.00000002, max: 50, noNaN: true }),
          partial: fc.constantFrom(0, 1),
          reject: fc.constantFrom(0, 0.5),
        }),
        ({ seed, prices, qty, partial, reject }) => {
          const run = bench({ ...PAPER, partialFraction: partial, rejectFraction: reject }, seed);
          run.order('BUY', qty, 100, 105);
          prices.forEach((price, i) => run.trade(price, 200 + i * 100));
          const fills = of(run.facts, 'OrderFilled');
          const sum = fills.reduce((all, fill) => all + number(fill.qty), 0n);
          expect(fills.every(({ price }) => number(price) <= e8(105))).toBe(true);
          expect(number(fills.at(-1)?.cumQty ?? '0')).toBe(sum);
          const ended =
            fills.at(-1)?.status === 'FILLED' || of(run.facts, 'OrderRejected').length > 0;
          expect(pendingOf(run.venue, 'ETHUSDT').buyE8).toBe(ended ? 0n : e8(qty) - sum);
          expect(run.portfolio.positions.get('ETHUSDT')?.qtyE8 ?? 0n).toBe(sum);
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { e8FromNumber } from '../../../../src/engine/domain/e8.js';
import type { Side } from '../../../../src/engine/domain/events.js';
import {
  pendingNotionalE8,
  symbolExposureE8,
  totalExposureE8,
} from '../../../../src/engine/stages/exposure.js';
import { openPortfolio } from '../../../../src/engine/stages/portfolio.js';
import {
  initialVenue,
  submit,
  type VenueState,
} from '../../../../src/engine/stages/simulated-venue.js';
import { eager } from '../fold-bench.js';
import { T0 } from './market-fold.js';

const e8 = e8FromNumber;
const REF = { seq: 1, ord: 0 };

function held(qty: number, prices: { market?: number; lastFill?: number }, symbol = 'ETHUSDT') {
  const portfolio = openPortfolio('real', e8(10_000));
  if (qty !== 0) {
    portfolio.positions.set(symbol, {
      openNumber: 1,
      qtyE8: e8(qty),
      costE8: 0n,
      realizedE8: 0n,
      openedAtMs: T0,
    });
  }
  if (prices.market !== undefined) portfolio.marketPrices.set(symbol, e8(prices.market));
  if (prices.lastFill !== undefined) portfolio.lastFillPrices.set(symbol, e8(prices.lastFill));
  return portfolio;
}

function open(
  venue: VenueState,
  side: Side,
  qty: number,
  bound: number,
  symbol = 'ETHUSDT',
): VenueState {
  const words = { symbol, strategyId: 'paper', origin: 'signal' as const };
  const refs = { ref: REF, signalRef: REF, decisionRef: REF };
  const amounts = { qtyE8: e8(qty), priceE8: e8(bound), boundE8: e8(bound) };
  submit(
    venue,
    { ...refs, ...words, ...amounts, side, reduceOnly: side === 'SELL', requestedAtMs: T0 },
    { limits: eager().paper, seed: 1 },
  );
  return venue;
}

describe('exposure', () => {
  it.each<[string, ReturnType<typeof held>, VenueState, number]>([
    ['a holding at the market', held(2, { market: 100, lastFill: 90 }), initialVenue(), 200],
    [
      'a holding that fell, at its last fill',
      held(2, { market: 80, lastFill: 90 }),
      initialVenue(),
      180,
    ],
    ['a short by its size', held(-2, { market: 100 }), initialVenue(), 200],
    [
      'an open BUY at its bound',
      held(0, { market: 100 }),
      open(initialVenue(), 'BUY', 1, 101),
      101,
    ],
    [
      'holding and open BUY, all at the bound',
      held(2, { market: 100 }),
      open(initialVenue(), 'BUY', 1, 101),
      303,
    ],
    [
      'an open SELL frees nothing before it is filled',
      held(2, { market: 100 }),
      open(initialVenue(), 'SELL', 2, 99),
      200,
    ],
    [
      'two open BUYs at the higher bound',
      held(0, {}),
      open(open(initialVenue(), 'BUY', 1, 101), 'BUY', 1, 90),
      202,
    ],
  ])('%s', (_name, portfolio, venue, usdt) => {
    expect(symbolExposureE8(portfolio, venue, 'ETHUSDT', null)).toBe(e8(usdt));
    expect(totalExposureE8(portfolio, venue, null)).toBe(e8(usdt));
  });

  it('counts as pending what open BUYs may cost, and no SELL', () => {
    const venue = open(open(initialVenue(), 'BUY', 2, 50, 'AAAUSDT'), 'SELL', 5, 90);
    expect(pendingNotionalE8(venue)).toBe(e8(100));
    expect(pendingNotionalE8(initialVenue())).toBe(0n);
  });

  it('adds a planned order to its own symbol only, and sums the symbols', () => {
    const portfolio = held(2, { market: 100 });
    const venue = open(initialVenue(), 'BUY', 1, 50, 'AAAUSDT');
    const planned = { symbol: 'BBBUSDT', qtyE8: e8(3), boundE8: e8(10) };
    expect(totalExposureE8(portfolio, venue, planned)).toBe(e8(200 + 50 + 30));
    expect(symbolExposureE8(portfolio, venue, 'ETHUSDT', planned)).toBe(e8(200));
    expect(symbolExposureE8(portfolio, venue, 'BBBUSDT', planned)).toBe(e8(30));
  });
});

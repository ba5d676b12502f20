import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absE8, formatE8, mulE8, parseE8, type E8 } from '../../../../src/engine/domain/e8.js';
import { StepOutputs } from '../../../../src/engine/domain/emit.js';
import type { Output } from '../../../../src/engine/domain/events.js';
import {
  applyFill,
  markTime,
  openPortfolio,
  portfolioFigures,
  postOpeningBalance,
  realizedBy,
  type Fill,
  type PortfolioState,
} from '../../../../src/engine/stages/portfolio.js';
import { of } from '../fold-bench.js';
import { T0 } from './market-fold.js';

const BALANCE: E8 = 10_000n * 100_000_000n;
const DAY_MS = 86_400_000;

const fills = fc.array(
  fc.record({
    symbol: fc.constantFrom('AAAUSDT', 'BBBUSDT'),
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    qtyE8: fc.bigInt(1n, 5_000_000_000n),
    priceE8: fc.bigInt(1n, 900_000_000_000n),
    feeE8: fc.oneof(fc.constant(0n), fc.bigInt(0n, 100_000_000n)),
    tsMs: fc.constant(T0),
  }),
  { maxLength: 40 },
);

function book(list: readonly Fill[], portfolio = openPortfolio('real', BALANCE)) {
  const facts: Output[] = [];
  const opening = new StepOutputs(1);
  postOpeningBalance(portfolio, opening, { cause: opening.inputRef, tsMs: T0 });
  facts.push(...opening.facts);
  list.forEach((fill, i) => {
    const out = new StepOutputs(i + 2);
    applyFill(portfolio, out, fill, out.inputRef);
    facts.push(...out.facts);
  });
  return { portfolio, facts };
}

function e8(text: string): E8 {
  const value = parseE8(text);
  if (typeof value === 'string') throw new Error(`"${text}" is ${value}`);
  return value;
}

/** What the portfolio must come to, by an independent sum over the same fills. */
function byFold(list: readonly Fill[]) {
  const qty = new Map<string, E8>();
  let cashE8 = BALANCE;
  let feesE8 = 0n;
  for (const fill of list) {
    const sign = fill.side === 'BUY' ? 1n : -1n;
    qty.set(fill.symbol, (qty.get(fill.symbol) ?? 0n) + sign * fill.qtyE8);
    cashE8 -= fill.feeE8;
    feesE8 += fill.feeE8;
  }
  return { qty, cashE8, feesE8 };
}

describe('portfolio', () => {
  it('every posting sums to zero, and the accounts of all postings do too', () => {
    fc.assert(
      fc.property(fills, (list) => {
        const { portfolio, facts } = book(list);
        const accounts = new Map<string, E8>();
        for (const { entries } of of(facts, 'LedgerPosted')) {
          expect(entries.reduce((sum, { amountUsdt }) => sum + e8(amountUsdt), 0n)).toBe(0n);
          for (const { account, amountUsdt } of entries) {
            accounts.set(account, (accounts.get(account) ?? 0n) + e8(amountUsdt));
          }
        }
        expect([...accounts.values()].reduce((a, b) => a + b, 0n)).toBe(0n);
        expect(accounts.get('cash')).toBe(portfolio.cashE8);
        expect(accounts.get('fees') ?? 0n).toBe(portfolio.feesE8);
        expect(accounts.get('pnl:realized') ?? 0n).toBe(-portfolio.realizedE8);
        for (const symbol of ['AAAUSDT', 'BBBUSDT']) {
          const held = portfolio.positions.get(symbol);
          const costE8 = held === undefined ? 0n : held.costE8;
          const sign = held !== undefined && held.qtyE8 < 0n ? -1n : 1n;
          expect(accounts.get(`position:${symbol}`) ?? 0n).toBe(sign * costE8);
        }
      }),
    );
  });

  it('equity is opening plus realised plus unrealised minus fees', () => {
    fc.assert(
      fc.property(fills, fc.bigInt(1n, 900_000_000_000n), (list, markE8) => {
        const { portfolio } = book(list);
        portfolio.marketPrices.set('AAAUSDT', markE8);
        const { equityE8, unrealizedE8 } = portfolioFigures(portfolio);
        expect(equityE8).toBe(BALANCE + portfolio.realizedE8 + unrealizedE8 - portfolio.feesE8);
      }),
    );
  });

  it('positions are the fold of the fills, and a full close leaves nothing behind', () => {
    fc.assert(
      fc.property(fills, (list) => {
        const { portfolio } = book(list);
        const expected = byFold(list);
        for (const [symbol, qtyE8] of expected.qty) {
          expect(portfolio.positions.get(symbol)?.qtyE8 ?? 0n).toBe(qtyE8);
          // A holding of nothing is no holding, and one of something has never a negative cost.
          expect(portfolio.positions.has(symbol)).toBe(qtyE8 !== 0n);
          expect((portfolio.positions.get(symbol)?.costE8 ?? 0n) >= 0n).toBe(true);
        }
        expect(portfolio.feesE8).toBe(expected.feesE8);
      }),
    );
  });

  it('realises what the cash says once everything is closed', () => {
    fc.assert(
      fc.property(fills, (list) => {
        const closing = [...byFold(list).qty]
          .filter(([, qtyE8]) => qtyE8 !== 0n)
          .map(([symbol, qtyE8]): Fill => ({
            symbol,
            side: qtyE8 > 0n ? 'SELL' : 'BUY',
            qtyE8: absE8(qtyE8),
            priceE8: 12_345_678_901n,
            feeE8: 0n,
            tsMs: T0,
          }));
        const { portfolio } = book([...list, ...closing]);
        expect(portfolio.positions.size).toBe(0);
        expect(portfolio.cashE8).toBe(BALANCE + portfolio.realizedE8 - portfolio.feesE8);
      }),
    );
  });

  it('tells the same positions in its facts', () => {
    fc.assert(
      fc.property(fills, (list) => {
        const { portfolio, facts } = book(list);
        const newest = new Map(of(facts, 'PositionChanged').map((fact) => [fact.symbol, fact]));
        for (const [symbol, fact] of newest) {
          const held = portfolio.positions.get(symbol);
          expect(fact.qty).toBe(formatE8(absE8(held?.qtyE8 ?? 0n)));
          expect(fact.closedAtMs === null).toBe(held !== undefined);
        }
        const realized = of(facts, 'PositionChanged').filter(
          ({ closedAtMs }) => closedAtMs !== null,
        );
        const open = [...portfolio.positions.values()].reduce((a, b) => a + b.realizedE8, 0n);
        const closed = realized.reduce((sum, fact) => sum + e8(fact.realizedPnl), 0n);
        expect(closed + open).toBe(portfolio.realizedE8);
      }),
    );
  });

  it('mirrors long and short: the same fills on the other side lose what these win', () => {
    fc.assert(
      fc.property(fills, (list) => {
        const free = list.map((fill) => ({ ...fill, feeE8: 0n }));
        const flipped = free.map((fill) => ({
          ...fill,
          side: fill.side === 'BUY' ? ('SELL' as const) : ('BUY' as const),
        }));
        const one = book(free).portfolio;
        const other = book(flipped).portfolio;
        expect(other.realizedE8).toBe(-one.realizedE8);
        expect(other.cashE8 - BALANCE).toBe(BALANCE - one.cashE8);
        for (const [symbol, held] of one.positions) {
          expect(other.positions.get(symbol)?.qtyE8).toBe(-held.qtyE8);
          expect(other.positions.get(symbol)?.costE8).toBe(held.costE8);
        }
      }),
    );
  });

  it('says before a fill exactly what the fill realises', () => {
    fc.assert(
      fc.property(fills, (list) => {
        const portfolio = openPortfolio('real', BALANCE);
        for (const fill of list) {
          const before = portfolio.realizedE8;
          const held = portfolio.positions.get(fill.symbol)?.qtyE8 ?? 0n;
          const said = realizedBy(portfolio, fill);
          const out = new StepOutputs(1);
          applyFill(portfolio, out, fill, out.inputRef);
          const reduces = fill.side === 'SELL' ? held > 0n : held < 0n;
          expect(said === null).toBe(!reduces);
          expect(portfolio.realizedE8 - before).toBe(said ?? 0n);
        }
      }),
    );
  });
});

const fill = (side: Fill['side'], qty: string, price: string, tsMs = T0): Fill => ({
  symbol: 'AAAUSDT',
  side,
  qtyE8: e8(qty),
  priceE8: e8(price),
  feeE8: 0n,
  tsMs,
});

describe('portfolio position', () => {
  it('averages what is added and realises what is taken', () => {
    const { facts, portfolio } = book([
      fill('BUY', '1', '100'),
      fill('BUY', '3', '200'),
      fill('SELL', '1', '200'),
    ]);
    expect(
      of(facts, 'PositionChanged').map(({ qty, entryPrice, realizedPnl }) => [
        qty,
        entryPrice,
        realizedPnl,
      ]),
    ).toEqual([
      ['1.00000000', '100.00000000', '0.00000000'],
      ['4.00000000', '175.00000000', '0.00000000'],
      ['3.00000000', '175.00000000', '25.00000000'],
    ]);
    expect(portfolio.cashE8).toBe(e8('9500'));
  });

  it('a flip closes the position and then opens the other one', () => {
    const { facts } = book([fill('BUY', '1', '100'), fill('SELL', '3', '110')]);
    const [, closed, opened] = of(facts, 'PositionChanged');
    expect(closed).toMatchObject({
      openNumber: 1,
      side: 'none',
      realizedPnl: '10.00000000',
      closedAtMs: T0,
    });
    expect(opened).toMatchObject({
      openNumber: 2,
      side: 'short',
      qty: '2.00000000',
      entryPrice: '110.00000000',
      realizedPnl: '0.00000000',
      closedAtMs: null,
    });
  });

  it('counts its openings and starts each without the past', () => {
    const { facts } = book([
      fill('BUY', '1', '100', T0),
      fill('SELL', '1', '90', T0 + 1),
      fill('BUY', '2', '80', T0 + 2),
    ]);
    const [first, closed, second] = of(facts, 'PositionChanged');
    expect([first?.openNumber, closed?.openNumber, second?.openNumber]).toEqual([1, 1, 2]);
    expect(closed).toMatchObject({ realizedPnl: '-10.00000000', closedAtMs: T0 + 1 });
    expect(second).toMatchObject({ realizedPnl: '0.00000000', openedAtMs: T0 + 2 });
  });

  it('realises in thirds without losing a hundred-millionth', () => {
    const third = '0.33333333';
    const { portfolio } = book([
      fill('BUY', '1', '100.00000001'),
      fill('SELL', third, '7'),
      fill('SELL', third, '7'),
      fill('SELL', '0.33333334', '7'),
    ]);
    expect(portfolio.positions.size).toBe(0);
    expect(portfolio.cashE8 - BALANCE).toBe(portfolio.realizedE8);
  });
});

describe('portfolio day', () => {
  const NOON = Math.floor(T0 / DAY_MS) * DAY_MS + DAY_MS / 2;

  function holding(): PortfolioState {
    const { portfolio } = book([fill('BUY', '50', '100')]);
    portfolio.marketPrices.set('AAAUSDT', e8('100'));
    markTime(portfolio, NOON);
    return portfolio;
  }

  it('measures the loss of the day against the equity at its start', () => {
    const portfolio = holding();
    portfolio.marketPrices.set('AAAUSDT', e8('90'));
    const { dailyPnlE8, dailyDrawdownPp } = portfolioFigures(portfolio);
    expect([dailyPnlE8, dailyDrawdownPp]).toEqual([e8('-500'), 5]);
  });

  it('starts the day anew at the first instant of the UTC day, not one before', () => {
    const portfolio = holding();
    portfolio.marketPrices.set('AAAUSDT', e8('90'));
    const midnight = Math.floor(NOON / DAY_MS) * DAY_MS + DAY_MS;
    markTime(portfolio, midnight - 1);
    expect(portfolioFigures(portfolio).dailyPnlE8).toBe(e8('-500'));
    markTime(portfolio, midnight);
    expect(portfolioFigures(portfolio).dailyPnlE8).toBe(0n);
    // Time of another symbol may lag behind; a day never comes back.
    markTime(portfolio, midnight - 1);
    expect(portfolio.dayStartEquityE8).toBe(e8('9500'));
  });

  it('measures the drawdown against the highest equity that was marked', () => {
    const portfolio = holding();
    portfolio.marketPrices.set('AAAUSDT', e8('120'));
    markTime(portfolio, NOON + 1);
    portfolio.marketPrices.set('AAAUSDT', e8('98'));
    expect(portfolioFigures(portfolio).drawdownFraction).toBeCloseTo(0.1, 12);
    expect(portfolioFigures(portfolio).dailyDrawdownPp).toBeCloseTo(1, 12);
  });

  it('counts no drawdown while the day wins, and values an unseen symbol at its last fill', () => {
    const portfolio = holding();
    portfolio.marketPrices.delete('AAAUSDT');
    expect(portfolioFigures(portfolio).exposureE8).toBe(mulE8(e8('50'), e8('100')));
    portfolio.marketPrices.set('AAAUSDT', e8('101'));
    expect(portfolioFigures(portfolio).dailyDrawdownPp).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { e8FromNumber } from '../../../../src/engine/domain/e8.js';
import {
  bundleFacts,
  bundleRefusal,
  bundleRunMode,
} from '../../../../src/engine/stages/order-bundle.js';
import { totalExposureE8 } from '../../../../src/engine/stages/exposure.js';
import { openPortfolio } from '../../../../src/engine/stages/portfolio.js';
import { initialVenue } from '../../../../src/engine/stages/simulated-venue.js';
import { eager } from '../fold-bench.js';
import { T0 } from './market-fold.js';

const e8 = e8FromNumber;

function planned(change: Partial<Parameters<typeof bundleFacts>[0]> = {}) {
  const portfolio = openPortfolio('real', e8(10_000));
  portfolio.positions.set('BBBUSDT', {
    openNumber: 1,
    qtyE8: e8(-2),
    costE8: e8(200),
    realizedE8: 0n,
    openedAtMs: T0,
  });
  portfolio.positions.set('AAAUSDT', {
    openNumber: 1,
    qtyE8: e8(3),
    costE8: e8(300),
    realizedE8: 0n,
    openedAtMs: T0,
  });
  for (const symbol of ['AAAUSDT', 'BBBUSDT']) portfolio.marketPrices.set(symbol, e8(100));
  return {
    mode: 'paper' as const,
    side: 'BUY' as const,
    reduceOnly: false,
    qtyE8: e8(1),
    priceE8: e8(100),
    balanceE8: e8(10_000),
    limits: eager(),
    totalExposureE8: totalExposureE8(portfolio, initialVenue(), null),
    dailyDrawdownPp: 1.2345678,
    positions: portfolio.positions,
    ...change,
  };
}

describe('order bundle', () => {
  it('writes money with eight places and ratios with six, rounded', () => {
    expect(bundleFacts(planned(), planned().positions)).toEqual({
      balanceUsdt: '10000.00000000',
      totalExposureUsdt: '500.00000000',
      dailyDrawdownPp: '1.234568',
      maxNotionalUsdt: '1000.00000000',
      maxTotalExposureUsdt: '3000.00000000',
      maxDailyDrawdownPp: '5.000000',
      openPositions: [
        { symbol: 'BBBUSDT', quantity: '2.00000000' },
        { symbol: 'AAAUSDT', quantity: '3.00000000' },
      ],
    });
  });

  it.each<[string, Parameters<typeof planned>[0], string[]]>([
    ['an order within all limits', {}, []],
    ['a notional at its limit', { qtyE8: e8(10) }, []],
    ['a notional over its limit', { qtyE8: e8(10.00000001) }, ['RC_LIMIT_NOTIONAL']],
    ['no quantity', { qtyE8: 0n }, ['RC_NON_POSITIVE_QTY']],
    [
      'everything at once',
      { qtyE8: e8(30), limits: eager({ risk: { maxDailyDrawdownFraction: 0.01 } }) },
      ['RC_LIMIT_DRAWDOWN', 'RC_LIMIT_EXPOSURE', 'RC_LIMIT_NOTIONAL'],
    ],
    [
      'a limit of nothing',
      { limits: eager({ risk: { maxPositionFraction: 0 } }) },
      ['RC_INVALID_LIMIT_MAX_NOTIONAL'],
    ],
    [
      'a large exit in a large loss',
      {
        qtyE8: e8(30),
        side: 'SELL',
        reduceOnly: true,
        limits: eager({ risk: { maxDailyDrawdownFraction: 0.01 } }),
      },
      [],
    ],
  ])('%s', (_name, change, reasons) => {
    expect(bundleRefusal(planned(change))).toEqual(reasons);
  });

  it('routes canary as live', () => {
    expect((['shadow', 'paper', 'canary', 'live'] as const).map(bundleRunMode)).toEqual([
      'shadow',
      'paper',
      'live',
      'live',
    ]);
  });
});

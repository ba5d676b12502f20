import type { CanaryInputs } from '../../../../src/engine/domain/canary-terms.js';
import { describe, expect, it } from 'vitest';
import type { Level } from '../../../../src/engine/domain/control.js';
import { e8FromNumber, formatE8, type E8 } from '../../../../src/engine/domain/e8.js';
import type { GateEvidence } from '../../../../src/engine/domain/events.js';
import { GATE_REASONS, LAYER_REASONS } from '../../../../src/engine/domain/reason-codes.js';
import { allocationSlot, type AllocationSlot } from '../../../../src/engine/stages/allocation.js';
import { initialBreakers, noteOrder, noteOutcome } from '../../../../src/engine/stages/breakers.js';
import {
  openPortfolio,
  portfolioFigures,
  type PortfolioState,
} from '../../../../src/engine/stages/portfolio.js';
import { decideRisk } from '../../../../src/engine/stages/risk.js';
import type { Candidate, RiskContext } from '../../../../src/engine/stages/risk-inputs.js';
import {
  initialVenue,
  submit,
  type VenueState,
} from '../../../../src/engine/stages/simulated-venue.js';
import { eager } from '../fold-bench.js';
import { T0 } from './market-fold.js';

const NOW_MS = T0;
const REF = { seq: 1, ord: 0 };
const e8 = e8FromNumber;

const ALLOWS: GateEvidence = {
  decision: 'ALLOW',
  reasonCode: null,
  regimeId: 0,
  return1mPp: 0,
  return5mPp: 0,
  priceChange5mPp: 0,
  pctChange15mPp: 1,
  volume15m: 1,
  dailyDrawdownPp: 0,
  totalExposurePp: 0,
  slippagePp: null,
  stalenessSec: 0,
  dataSilenceSec: 0,
  signalTsMs: NOW_MS,
  marketStateTsMs: NOW_MS,
  accountStateTsMs: NOW_MS,
  marketHealthTsMs: null,
  lastTickTsMs: NOW_MS,
};

interface Situation extends Omit<RiskContext, 'figures'> {
  readonly candidate: Candidate;
}

/** An entry of 20 USDT at 100 that every layer lets through. */
function allowed(change: Partial<Situation> = {}): Situation {
  return {
    candidate: {
      symbol: 'ETHUSDT',
      strategyId: 'paper',
      side: 'BUY',
      priceE8: e8(100),
      origin: 'signal',
    },
    control: { level: 'TRADING', scopes: {}, mode: 'paper' },
    auditStalled: null,
    limits: eager({
      breaker: { drawdownMaxFraction: 0.15, lossMaxFraction: 0.05, ordersPerMinMax: 60 },
    }),
    portfolio: openPortfolio('real', e8(10_000)),
    venue: initialVenue(),
    breakers: initialBreakers(),
    slot: slot({ allocationFraction: 0.02 }),
    regime: 'TREND',
    gate: ALLOWS,
    nowMs: NOW_MS,
    canary: null,
    ...change,
  };
}

function slot(change: Partial<AllocationSlot>): AllocationSlot {
  return { ...allocationSlot(new Map(), 'paper', 'ETHUSDT'), ...change };
}

function decide({ candidate, ...context }: Situation) {
  return decideRisk(candidate, { ...context, figures: portfolioFigures(context.portfolio) });
}

const codeOf = (situation: Situation): string | null => decide(situation).reasonCode;

/** A holding at the price of the market, paid in cash. */
function holding(qty: number, price = 100, symbol = 'ETHUSDT'): PortfolioState {
  const portfolio = openPortfolio('real', e8(10_000));
  const [qtyE8, priceE8] = [e8(qty), e8(price)];
  const costE8 = e8(Math.abs(qty) * price);
  portfolio.cashE8 -= qty > 0 ? costE8 : -costE8;
  portfolio.positions.set(symbol, { openNumber: 1, qtyE8, costE8, realizedE8: 0n, openedAtMs: T0 });
  portfolio.marketPrices.set(symbol, priceE8);
  portfolio.lastFillPrices.set(symbol, priceE8);
  return portfolio;
}

function pending(side: 'BUY' | 'SELL', qty: number, price = 100, symbol = 'ETHUSDT'): VenueState {
  const venue = initialVenue();
  const priceE8 = e8(price);
  submit(
    venue,
    {
      ref: REF,
      signalRef: REF,
      decisionRef: REF,
      symbol,
      strategyId: 'paper',
      side,
      qtyE8: e8(qty),
      priceE8,
      boundE8: priceE8,
      reduceOnly: side === 'SELL',
      origin: 'signal',
      requestedAtMs: T0,
    },
    { limits: eager().paper, seed: 1 },
  );
  return venue;
}

const SELL: Candidate = {
  symbol: 'ETHUSDT',
  strategyId: 'paper',
  side: 'SELL',
  priceE8: e8(100),
  origin: 'signal',
};
const BLOCKING_GATE: GateEvidence = { ...ALLOWS, decision: 'BLOCK', reasonCode: 'RC_001' };

/** Losing 5 % today, exactly. */
function losing(): PortfolioState {
  const portfolio = holding(50);
  portfolio.marketPrices.set('ETHUSDT', e8(90));
  return portfolio;
}

const failures = (failed: number, of: number) => {
  const breakers = initialBreakers();
  for (let i = 0; i < of; i += 1) noteOutcome(breakers, i < failed);
  return breakers;
};
const orders = (count: number, atMs = NOW_MS) => {
  const breakers = initialBreakers();
  for (let i = 0; i < count; i += 1) noteOrder(breakers, atMs);
  return breakers;
};
const risk = (change: Partial<RiskContext['limits']['risk']>) => eager({ risk: change });

const CEILINGS: CanaryInputs = {
  isActive: true,
  symbol: 'ETHUSDT',
  openOrders: 0,
  openOrdersMax: 1,
  ordersSent: 0,
  ordersMax: 3,
  cooldownLeftMs: 0,
  notionalPerOrderE8: e8(50),
  notionalSentE8: 0n,
  notionalTotalE8: e8(50),
};
const canary = (change: Partial<CanaryInputs>) => ({ canary: { ...CEILINGS, ...change } });

/** One refusal per layer, in the order of domain.md 3.2; each is the only fault of its situation. */
const REFUSALS: readonly (readonly [code: string, name: string, change: Partial<Situation>])[] = [
  ['RK_KILL_SWITCH', 'halted', { control: { level: 'HALTED', scopes: {}, mode: 'paper' } }],
  ['RK_AUDIT', 'audit stalled', { auditStalled: 'the database is away' }],
  ['RC_001', 'gate', { gate: BLOCKING_GATE }],
  ['RK_NO_STRATEGY', 'no strategy', { candidate: { ...allowed().candidate, strategyId: '' } }],
  ['RK_SHUTDOWN', 'stopped', { slot: slot({ allocationFraction: 0.02, stopped: true }) }],
  ['RK_ALLOCATION', 'no allocation', { slot: slot({ allocationFraction: 0 }) }],
  [
    'RK_RISK_OFF',
    'volatile',
    { regime: 'HIGH_VOL_CHAOTIC', slot: slot({ allocationFraction: 0.021 }) },
  ],
  ['RK_DRAWDOWN', 'daily loss', { portfolio: losing() }],
  ['RK_EXPOSURE', 'exposure', { portfolio: holding(30, 100, 'AAAUSDT') }],
  ['RK_POSITION', 'position', { portfolio: holding(10) }],
  ['RK_SIZE', 'no price', { candidate: { ...allowed().candidate, priceE8: 0n } }],
  ['RK_CANARY_ORDERS', 'canary over', canary({ isActive: false })],
  ['RK_CANARY_SYMBOL', 'canary elsewhere', canary({ symbol: 'BTCUSDT' })],
  ['RK_CANARY_ACTIVE', 'canary order out', canary({ openOrders: 1 })],
  ['RK_CANARY_ORDERS', 'canary used up', canary({ ordersSent: 2 })],
  ['RK_CANARY_COOLDOWN', 'canary pause', canary({ cooldownLeftMs: 1 })],
  ['RK_CANARY_NOTIONAL', 'canary amount', canary({ notionalSentE8: e8(49) })],
  ['RK_EXPOSURE_HARD', 'projected', { portfolio: holding(29.9, 100, 'AAAUSDT') }],
  [
    'RK_BUNDLE',
    'bundle',
    { limits: risk({ maxDailyDrawdownFraction: 0 }), breakers: initialBreakers() },
  ],
];

describe('risk', () => {
  it('allows an entry that no layer refuses, sized by balance, share and allocation', () => {
    const verdict = decide(allowed());
    expect(verdict).toMatchObject({
      decision: 'ALLOW',
      reasonCode: null,
      reduceOnly: false,
      alarm: null,
    });
    expect(formatE8(verdict.qtyE8)).toBe('0.20000000');
    expect(formatE8(verdict.boundE8)).toBe('100.50000000');
    expect(verdict.bundle?.maxNotionalUsdt).toBe('1000.00000000');
  });

  it('cuts an entry to what a canary may send, and never an exit', () => {
    const small = canary({ notionalPerOrderE8: e8(5.025) });
    expect(formatE8(decide(allowed(small)).qtyE8)).toBe('0.05000000');
    const exit = { candidate: SELL, portfolio: holding(5) };
    expect(formatE8(decide(allowed({ ...small, ...exit })).qtyE8)).toBe('5.00000000');
  });

  it.each([
    [90_560, '0.00022085'],
    [50_000, '0.00040000'],
    [0.07, '285.71428571'],
  ])('sizes 20 USDT at %d', (price, qty) => {
    const candidate = { ...allowed().candidate, priceE8: e8(price) };
    expect(formatE8(decide(allowed({ candidate })).qtyE8)).toBe(qty);
  });

  // The bundle is judged last on the same figures, so its own refusal needs a limit of its own.
  it.each(REFUSALS.filter(([code]) => code !== 'RK_BUNDLE'))(
    'refuses with %s: %s',
    (code, _name, change) => {
      expect(codeOf(allowed(change))).toBe(code);
    },
  );

  it('refuses with RK_BUNDLE what the order bundle denies', () => {
    // A short is covered; the contract limits the notional of every BUY, also of one that reduces.
    const verdict = decide(allowed({ portfolio: holding(-11) }));
    expect(verdict).toMatchObject({
      reasonCode: 'RK_BUNDLE',
      detail: 'RC_LIMIT_NOTIONAL',
      reduceOnly: true,
    });
  });

  it('gives the first code of the order, whatever else is wrong', () => {
    const layers = REFUSALS.filter(
      ([code]) => !['RK_BUNDLE', 'RK_EXPOSURE_HARD', 'RK_POSITION'].includes(code),
    );
    layers.forEach(([code], first) => {
      // All later faults together; parts of one member are merged, the earlier fault wins.
      const change = layers
        .slice(first)
        .toReversed()
        .reduce<Partial<Situation>>(
          (all, [, , one]) => ({
            ...all,
            ...one,
            ...(all.candidate && one.candidate
              ? { candidate: { ...all.candidate, ...pick(one.candidate, code) } }
              : {}),
          }),
          {},
        );
      expect(codeOf(allowed(change))).toBe(code);
    });
  });

  it('can give every layer code', () => {
    const codes = REFUSALS.map(([code]) => code);
    const given = new Set([...codes, 'RK_BREAKER', 'RK_BUNDLE']);
    expect(Object.keys(LAYER_REASONS).filter((code) => !given.has(code))).toEqual([]);
  });

  it.each(Object.keys(GATE_REASONS))('hands on %s of the gate', (reasonCode) => {
    expect(codeOf(allowed({ gate: { ...BLOCKING_GATE, reasonCode } }))).toBe(reasonCode);
  });
});

/** Keeps a member that makes the fault of this code. */
function pick(candidate: Candidate, code: string): Partial<Candidate> {
  return code === 'RK_NO_STRATEGY' ? { strategyId: candidate.strategyId } : {};
}

describe('risk boundaries', () => {
  it.each<[Level, string, 'entry' | 'exit', string | null]>([
    ['TRADING', 'level', 'entry', null],
    ['REDUCING', 'level', 'entry', 'RK_KILL_SWITCH'],
    ['REDUCING', 'level', 'exit', null],
    ['HALTED', 'level', 'exit', 'RK_KILL_SWITCH'],
    ['REDUCING', 'symbol:ETHUSDT', 'entry', 'RK_KILL_SWITCH'],
    ['REDUCING', 'symbol:ETHUSDT', 'exit', null],
    ['HALTED', 'strategy:paper', 'exit', 'RK_KILL_SWITCH'],
    ['HALTED', 'symbol:BTCUSDT', 'entry', null],
    ['HALTED', 'strategy:other', 'entry', null],
  ])('%s by %s: an %s gets %s', (level, scope, kind, code) => {
    const control =
      scope === 'level'
        ? { level, scopes: {}, mode: 'paper' as const }
        : { level: 'TRADING' as const, scopes: { [scope]: level }, mode: 'paper' as const };
    const exit = { candidate: SELL, portfolio: holding(5) };
    expect(codeOf(allowed({ control, ...(kind === 'exit' ? exit : {}) }))).toBe(code);
  });

  it('the cooldown ends with its second', () => {
    const running = slot({ allocationFraction: 0.02, cooldownUntilSec: NOW_MS / 1000 + 1 });
    expect(codeOf(allowed({ slot: running }))).toBe('RK_ALLOCATION');
    expect(codeOf(allowed({ slot: running, nowMs: NOW_MS + 999 }))).toBe('RK_ALLOCATION');
    expect(codeOf(allowed({ slot: running, nowMs: NOW_MS + 1_000 }))).toBeNull();
  });

  it('a small allocation trades in a volatile regime, a larger one does not', () => {
    const regime = 'HIGH_VOL_CHAOTIC';
    expect(codeOf(allowed({ regime, slot: slot({ allocationFraction: 0.02 }) }))).toBeNull();
    expect(codeOf(allowed({ regime, slot: slot({ allocationFraction: 0.020001 }) }))).toBe(
      'RK_RISK_OFF',
    );
  });

  it('the daily loss latches at its limit, not a hundredth of a USDT before', () => {
    const portfolio = losing();
    portfolio.cashE8 += e8(0.01);
    expect(
      codeOf(
        allowed({
          portfolio,
          limits: risk({ maxPositionFraction: 1, maxTotalExposureFraction: 1 }),
        }),
      ),
    ).toBeNull();
    expect(decide(allowed({ portfolio: losing() }))).toMatchObject({
      reasonCode: 'RK_DRAWDOWN',
      tripped: 'daily_drawdown',
    });
  });

  it('latches although an earlier layer refuses, and although the order is an exit', () => {
    expect(decide(allowed({ portfolio: losing(), gate: BLOCKING_GATE }))).toMatchObject({
      reasonCode: 'RC_001',
      tripped: 'daily_drawdown',
    });
    expect(
      decide(allowed({ portfolio: losing(), candidate: { ...SELL, priceE8: e8(90) } })),
    ).toMatchObject({
      decision: 'ALLOW',
      tripped: 'daily_drawdown',
    });
  });

  it('each breaker blocks above its limit and is named, and only frequency closes by itself', () => {
    const wide = eager({
      risk: { maxDailyDrawdownFraction: 10, maxPositionFraction: 1, maxTotalExposureFraction: 1 },
      breaker: { drawdownMaxFraction: 0.15, lossMaxFraction: 0.05, ordersPerMinMax: 60 },
    });
    const lost = (cash: number): PortfolioState => {
      const portfolio = openPortfolio('real', e8(10_000));
      portfolio.cashE8 = e8(cash);
      return portfolio;
    };
    const fallen = (peak: number): PortfolioState => {
      const portfolio = openPortfolio('real', e8(10_000));
      portfolio.peakEquityE8 = e8(peak);
      return portfolio;
    };
    const cases: [Partial<Situation>, string | null][] = [
      [{ portfolio: lost(9_500) }, null],
      [{ portfolio: lost(9_499) }, 'breaker loss'],
      [{ portfolio: fallen(11_764.7) }, null],
      [{ portfolio: fallen(11_764.8) }, 'breaker drawdown'],
      [{ breakers: failures(3, 30) }, null],
      [{ breakers: failures(4, 30) }, 'breaker error_rate'],
      [{ breakers: failures(29, 29) }, null],
      [{ breakers: orders(59) }, null],
      [{ breakers: orders(60) }, 'breaker frequency'],
      [{ breakers: orders(60, NOW_MS - 59_999) }, 'breaker frequency'],
      [{ breakers: orders(60, NOW_MS - 60_000) }, null],
    ];
    for (const [change, detail] of cases) {
      const verdict = decide(allowed({ limits: wide, ...change }));
      expect([verdict.reasonCode, verdict.detail]).toEqual(
        detail === null ? [null, ''] : ['RK_BREAKER', detail],
      );
    }
  });

  it('exposure and position block when they are at their limit', () => {
    expect(codeOf(allowed({ portfolio: holding(29.5, 100, 'AAAUSDT') }))).toBeNull();
    expect(codeOf(allowed({ portfolio: holding(30, 100, 'AAAUSDT') }))).toBe('RK_EXPOSURE');
    expect(codeOf(allowed({ portfolio: holding(9.5) }))).toBeNull();
    expect(codeOf(allowed({ portfolio: holding(10) }))).toBe('RK_POSITION');
  });

  it('counts orders on their way like holdings, at the worst that they may pay', () => {
    expect(codeOf(allowed({ venue: pending('BUY', 30, 100, 'AAAUSDT') }))).toBe('RK_EXPOSURE');
    expect(codeOf(allowed({ venue: pending('BUY', 10) }))).toBe('RK_POSITION');
    expect(codeOf(allowed({ venue: pending('BUY', 29.9, 100, 'AAAUSDT') }))).toBe(
      'RK_EXPOSURE_HARD',
    );
  });

  it('an order may reach the limit exactly with its bound, not beyond', () => {
    const limits = risk({ priceBoundBps: 50 });
    // 20.10 USDT at the bound; 2979.90 elsewhere leave exactly that.
    expect(codeOf(allowed({ limits, portfolio: holding(29.799, 100, 'AAAUSDT') }))).toBeNull();
    expect(codeOf(allowed({ limits, portfolio: holding(29.7991, 100, 'AAAUSDT') }))).toBe(
      'RK_EXPOSURE_HARD',
    );
  });

  it('takes more than a bitcoin at once for a sizing fault', () => {
    const limits = risk({ maxPositionFraction: 1, maxTotalExposureFraction: 1 });
    const at = (price: number, symbol: string): string | null =>
      codeOf(
        allowed({ limits, candidate: { ...allowed().candidate, symbol, priceE8: e8(price) } }),
      );
    expect(at(200, 'BTCUSDT')).toBeNull();
    expect(at(199, 'BTCUSDT')).toBe('RK_SIZE');
    expect(at(199, 'ETHUSDT')).toBeNull();
  });
});

describe('risk exits', () => {
  it.each(
    REFUSALS.filter(
      ([code]) =>
        !['RK_KILL_SWITCH', 'RK_AUDIT', 'RK_NO_STRATEGY', 'RK_SIZE', 'RK_BUNDLE'].includes(code) &&
        !['RK_CANARY_SYMBOL', 'RK_CANARY_ACTIVE'].includes(code),
    ),
  )('passes where an entry gets %s: %s', (_code, _name, change) => {
    const portfolio = change.portfolio ?? holding(5);
    if (!portfolio.positions.has('ETHUSDT')) {
      portfolio.positions.set('ETHUSDT', {
        openNumber: 1,
        qtyE8: e8(5),
        costE8: e8(500),
        realizedE8: 0n,
        openedAtMs: T0,
      });
    }
    const verdict = decide(allowed({ ...change, portfolio, candidate: SELL }));
    expect(verdict).toMatchObject({ decision: 'ALLOW', reduceOnly: true });
  });

  it('waits for the audit and for the kill switch like everything else', () => {
    const exit = { candidate: SELL, portfolio: holding(5) };
    expect(codeOf(allowed({ ...exit, auditStalled: 'away' }))).toBe('RK_AUDIT');
    expect(
      codeOf(allowed({ ...exit, control: { level: 'HALTED', scopes: {}, mode: 'paper' } })),
    ).toBe('RK_KILL_SWITCH');
  });

  it('passes at any loss of the day, and its bundle says that it may', () => {
    const portfolio = holding(90);
    portfolio.marketPrices.set('ETHUSDT', e8(20));
    const verdict = decide(allowed({ portfolio, candidate: { ...SELL, priceE8: e8(20) } }));
    expect(verdict).toMatchObject({ decision: 'ALLOW', reduceOnly: true });
    expect(verdict.bundle).toMatchObject({
      dailyDrawdownPp: '72.000000',
      maxDailyDrawdownPp: '100.000000',
    });
  });

  it.each<[number, number, string | null, E8]>([
    [5, 0, null, e8(5)],
    [5, 2, null, e8(3)],
    [5, 5, 'RK_SIZE', 0n],
  ])('of %d held with %d on their way out it gives %s', (held, selling, code, qtyE8) => {
    const venue = selling === 0 ? initialVenue() : pending('SELL', selling);
    const verdict = decide(allowed({ candidate: SELL, portfolio: holding(held), venue }));
    expect([verdict.reasonCode, verdict.qtyE8]).toEqual([code, qtyE8]);
    expect(verdict.reduceOnly).toBe(code === null);
  });

  it('never sells what is not held', () => {
    expect(codeOf(allowed({ candidate: SELL }))).toBe('RK_SIZE');
    expect(codeOf(allowed({ candidate: SELL, portfolio: holding(-5) }))).not.toBeNull();
  });

  it('covers a short with a BUY of its size', () => {
    const verdict = decide(allowed({ portfolio: holding(-5) }));
    expect(verdict).toMatchObject({ decision: 'ALLOW', reduceOnly: true, qtyE8: e8(5) });
  });
});

import { describe, expect, test } from 'vitest';
import { THRESHOLD_SETS, type Thresholds } from '../../../../src/engine/domain/thresholds.js';
import type { AcceptedTrade } from '../../../../src/engine/stages/intake.js';
import { marketView, type MarketView } from '../../../../src/engine/stages/market-state.js';
import {
  breakoutSignal,
  initialBreakout,
  type BreakoutContext,
} from '../../../../src/engine/stages/signal-breakout.js';
import { accepted, marketFold, T0, tradesOf } from './market-fold.js';

const { reference } = THRESHOLD_SETS;
const MINUTE = 60_000;
const LIMITS = {
  ...reference,
  signal: { ...reference.signal, adapter: 'primary_breakout_v1' } as const,
};

function trendAt(tsMs: number, regimeId: number | null = 0): MarketView {
  const closes = { closeNow: 1, close1mAgo: 1, close5mAgo: 1 };
  const returns = { return1mPp: 0, return5mPp: 0, priceChange5mPp: 0, ...closes };
  return { lastTickTsMs: tsMs, returns: { tsMs, regimeId, ...returns } };
}

/** Prices minute by minute; the answer to the last one counts. */
function last(
  prices: readonly number[],
  context: (tsMs: number) => Partial<BreakoutContext> = () => ({}),
  limits: Pick<Thresholds, 'signal' | 'regime'> = LIMITS,
) {
  const state = initialBreakout();
  return prices
    .map((price, minute) => {
      const tsMs = T0 + minute * MINUTE;
      const base = { market: trendAt(tsMs), positionOpen: false, entryBlocked: false };
      const trade = accepted({ tsMs, price });
      return breakoutSignal(state, trade, { ...base, ...context(tsMs) }, limits);
    })
    .at(-1);
}

const flat = (minutes: number): number[] => Array<number>(minutes).fill(100);

describe('breakoutSignal enters', () => {
  test('above the highest price of the look-back by more than the buffer', () => {
    expect(last([...flat(240), 100.06])).toEqual({ side: 'BUY', reason: 'breakout_entry' });
    expect(last([...flat(240), 100.05])).toBeNull();
    expect(last([99, ...flat(239), 100.06])?.side).toBe('BUY');
  });

  test('only once trades reach back over the whole look-back', () => {
    expect(last([...flat(239), 100.06])).toBeNull();
  });

  test('whatever was higher before the look-back', () => {
    expect(last([200, ...flat(240), 100.06])?.side).toBe('BUY');
    expect(last([200, ...flat(239), 100.06])).toBeNull();
  });

  test.each<[string, (tsMs: number) => Partial<BreakoutContext>]>([
    ['an entry gate is closed', () => ({ entryBlocked: true })],
    ['the regime is no trend', (tsMs) => ({ market: trendAt(tsMs, 1) })],
    ['the regime is unknown', (tsMs) => ({ market: trendAt(tsMs, null) })],
    ['there is no market state', () => ({ market: { lastTickTsMs: null, returns: null } })],
    ['the last tick is older than 30 s', (tsMs) => ({ market: trendAt(tsMs - 30_001) })],
    [
      'the candles are older than 300 s',
      (tsMs) => ({ market: { ...trendAt(tsMs - 300_001), lastTickTsMs: tsMs } }),
    ],
  ])('never while %s', (_why, context) => {
    expect(last([...flat(240), 150], context)).toBeNull();
  });

  test('again only after the gap', () => {
    const state = initialBreakout();
    const entries: number[] = [];
    for (let minute = 0; minute < 400; minute += 1) {
      const tsMs = T0 + minute * MINUTE;
      const context = { market: trendAt(tsMs), positionOpen: false, entryBlocked: false };
      const trade = accepted({ tsMs, price: 100 + minute });
      if (breakoutSignal(state, trade, context, LIMITS) !== null) entries.push(minute);
    }
    expect(entries).toEqual([240, 300, 360]);
  });
});

describe('breakoutSignal leaves', () => {
  const open = { positionOpen: true, entryBlocked: true };
  const blind = { lastTickTsMs: null, returns: null };

  test('below the lowest price of the look-back, whatever blocks entries', () => {
    const context = () => ({ ...open, market: blind });
    expect(last([...flat(120), 99.99], context)).toEqual({ side: 'SELL', reason: 'channel_exit' });
    expect(last([...flat(120), 100], context)).toBeNull();
    expect(last([...flat(119), 99.99], context)).toBeNull();
    expect(last([...flat(120), 99.99], () => ({ ...context(), positionOpen: false }))).toBeNull();
  });

  test('and repeats that only every ten seconds', () => {
    const state = initialBreakout();
    flat(121).forEach((price, minute) => {
      const trade = accepted({ tsMs: T0 + minute * MINUTE, price });
      breakoutSignal(state, trade, { ...open, market: blind }, LIMITS);
    });
    const exits: number[] = [];
    for (let second = 0; second < 25; second += 1) {
      const trade = accepted({ tsMs: T0 + 121 * MINUTE + second * 1_000, price: 99 - second });
      const idea = breakoutSignal(state, trade, { ...open, market: blind }, LIMITS);
      if (idea !== null) exits.push(second);
    }
    expect(exits).toEqual([0, 10, 20]);
  });
});

interface Raised {
  readonly index: number;
  readonly side: string;
}

describe('breakoutSignal over 30 hours of real trades', () => {
  const fold = marketFold();
  const ticks = tradesOf('xrpeth').map((observed) => {
    const result = fold.step(observed);
    if (typeof result === 'string') throw new TypeError(result);
    const { market } = fold.state;
    return { trade: result.trade, view: structuredClone(marketView(market, 'XRPETH')) };
  });

  // The deployed buffer asks for a jump of 5 bps over the high of four hours in a single trade.
  test.each([
    { change: {}, sides: [] },
    { change: { bufferFraction: 0 }, sides: ['BUY', 'SELL'] },
    {
      change: { entryLookbackMin: 60, exitLookbackMin: 30, entryGapMin: 15 },
      sides: ['BUY', 'SELL'],
    },
    {
      change: { entryLookbackMin: 30, exitLookbackMin: 90, entryGapMin: 0 },
      sides: ['BUY', 'SELL'],
    },
  ])('agrees with a search over all earlier trades: $change', ({ change, sides }) => {
    const signal = { ...LIMITS.signal, ...change };
    const thresholds = { ...LIMITS, signal };
    const state = initialBreakout();
    let positionOpen = false;
    const raised: Raised[] = [];
    ticks.forEach(({ trade, view }, index) => {
      const context = { market: view, positionOpen, entryBlocked: false };
      const idea = breakoutSignal(state, trade, context, thresholds);
      if (idea === null) return;
      positionOpen = idea.side === 'BUY';
      raised.push({ index, side: idea.side });
    });
    expect(raised).toEqual(bruteForce(signal));
    expect([...new Set(raised.map(({ side }) => side))].sort()).toEqual(sides);
  });

  function bruteForce(limits: Thresholds['signal']): Raised[] {
    const raised: Raised[] = [];
    let held = false;
    let lastEntryMs = -Infinity;
    ticks.forEach(({ trade, view }, index) => {
      const high = channel(index, limits.entryLookbackMin, Math.max);
      const low = channel(index, limits.exitLookbackMin, Math.min);
      const minutesSinceEntry = (trade.tsMs - lastEntryMs) / MINUTE;
      const regimeAgeMs = trade.tsMs - (view.returns?.tsMs ?? -Infinity);
      if (held && low !== null && trade.price < low) {
        held = false;
        raised.push({ index, side: 'SELL' });
      } else if (
        high !== null &&
        trade.price > high * (1 + limits.bufferFraction) &&
        view.returns?.regimeId === 0 &&
        regimeAgeMs <= 300_000 &&
        minutesSinceEntry >= limits.entryGapMin
      ) {
        held = true;
        lastEntryMs = trade.tsMs;
        raised.push({ index, side: 'BUY' });
      }
    });
    return raised;
  }

  /** By whole seconds, as documented; null until the file reaches back far enough. */
  function channel(
    index: number,
    minutes: number,
    pick: (...prices: number[]) => number,
  ): number | null {
    const second = (trade: AcceptedTrade): number => Math.floor(trade.tsMs / 1000);
    const now = ticks[index]!.trade;
    const from = second(now) - minutes * 60;
    if (second(ticks[0]!.trade) > from) return null;
    const prices: number[] = [];
    for (let before = index - 1; before >= 0; before -= 1) {
      const { trade } = ticks[before]!;
      if (second(trade) < from) break;
      prices.push(trade.price);
    }
    return prices.length === 0 ? null : pick(...prices);
  }
});

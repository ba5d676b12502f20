import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatE8 } from '../../../../src/engine/domain/e8.js';
import { THRESHOLD_SETS } from '../../../../src/engine/domain/thresholds.js';
import {
  addToCandle,
  closedUntilMs,
  initialCandles,
  closeGap,
  openGap,
} from '../../../../src/engine/stages/candles.js';
import { accepted, marketFold, observed, outputs, T0 } from './market-fold.js';

const LIMITS = THRESHOLD_SETS.reference.candle;
const MINUTE = 60_000;

describe('addToCandle', () => {
  test('closes the old window with the first trade at its end', () => {
    const state = initialCandles();
    const out = outputs();
    expect(addToCandle(state, accepted({ tsMs: T0 + 59_999 }), LIMITS, out)).toBeNull();
    const closed = addToCandle(state, accepted({ tsMs: T0 + MINUTE }), LIMITS, out);
    expect(closed).toMatchObject({ startSec: T0 / 1000, intervalSec: 60, tsMs: T0 + MINUTE });
    expect(out.facts).toEqual([
      {
        ref: { seq: 1, ord: 0 },
        kind: 'CandleClosed',
        cause: { seq: 1, ord: -1 },
        tsMs: T0 + MINUTE,
        symbol: 'BTCUSDT',
        startSec: T0 / 1000,
        intervalSec: 60,
        open: '100.00000000',
        high: '100.00000000',
        low: '100.00000000',
        close: '100.00000000',
        volume: '1.00000000',
        trades: 1,
      },
    ]);
    expect(closed?.ref).toEqual(out.facts[0]?.ref);
  });

  test('makes no candle for a minute without trades', () => {
    const fold = marketFold();
    for (const minute of [0, 1, 5, 6]) fold.step(observed({ tsMs: T0 + minute * MINUTE }));
    const starts = fold.factsOf('CandleClosed').map(({ startSec }) => startSec - T0 / 1000);
    expect(starts).toEqual([0, 60, 300]);
  });

  test('counts an out-of-order trade, but takes no open or close from it', () => {
    const fold = marketFold();
    fold.step(observed({ tsMs: T0 + 10_000, price: '100' }));
    fold.step(observed({ tsMs: T0 + 20_000, price: '102' }));
    fold.step(observed({ tsMs: T0 + 5_000, price: '90', qty: '3' }));
    fold.step(observed({ tsMs: T0 + MINUTE, price: '101' }));
    expect(fold.factsOf('CandleClosed')[0]).toMatchObject({
      open: '100.00000000',
      high: '102.00000000',
      low: '90.00000000',
      close: '102.00000000',
      volume: '5.00000000',
      trades: 3,
    });
  });

  test('a changed interval does not reach back into a closed window', () => {
    const state = initialCandles();
    const out = outputs();
    addToCandle(state, accepted({ tsMs: T0 }), LIMITS, out);
    const wide = { ...LIMITS, intervalSec: 300 };
    addToCandle(state, accepted({ tsMs: T0 + MINUTE }), wide, out);
    expect(closedUntilMs(state, 'BTCUSDT')).toBe(T0 + MINUTE);
  });
});

describe('closeOverdue', () => {
  test('waits for the grace, then closes every window that is due and makes their trades late', () => {
    const fold = marketFold();
    fold.step(observed({ tsMs: T0 + 1_000 }));
    fold.step(observed({ tsMs: T0 + 2_000, symbol: 'ETHUSDT' }));
    fold.step(observed({ tsMs: T0 + MINUTE, symbol: 'XRPETH' }));
    fold.timer(T0 + MINUTE + LIMITS.closeGraceMs - 1);
    expect(fold.factsOf('CandleClosed')).toEqual([]);
    fold.timer(T0 + MINUTE + LIMITS.closeGraceMs);
    expect(fold.factsOf('CandleClosed').map(({ symbol }) => symbol)).toEqual([
      'BTCUSDT',
      'ETHUSDT',
    ]);
    expect(fold.step(observed({ tsMs: T0 + 59_999 }))).toBe('late');
    expect(typeof fold.step(observed({ tsMs: T0 + MINUTE }))).toBe('object');
    fold.timer(T0 + MINUTE + LIMITS.closeGraceMs + 1);
    expect(fold.factsOf('CandleClosed')).toHaveLength(2);
  });

  test('leaves a window open whose own grace is not over', () => {
    const fold = marketFold();
    fold.step(observed({ tsMs: T0 }));
    fold.step(observed({ tsMs: T0 + MINUTE, symbol: 'ETHUSDT' }));
    fold.timer(T0 + 2 * MINUTE + 1);
    expect(fold.factsOf('CandleClosed').map(({ symbol }) => symbol)).toEqual(['BTCUSDT']);
  });
});

describe('candles of a feed with gaps', () => {
  const closed = (fold: ReturnType<typeof marketFold>) =>
    fold
      .factsOf('CandleClosed')
      .map(({ startSec, incomplete }) => [startSec * 1000 - T0, incomplete]);

  test('are incomplete while the feed is away, and complete again behind it', () => {
    const fold = marketFold();
    fold.step(observed({ tsMs: T0 + 1_000 }));
    openGap(fold.state.candles, 'BTCUSDT');
    fold.timer(T0 + MINUTE + LIMITS.closeGraceMs);
    closeGap(fold.state.candles, 'BTCUSDT', T0 + 2 * MINUTE + 5_000);
    for (const minutes of [2, 3, 4]) fold.step(observed({ tsMs: T0 + minutes * MINUTE + 5_000 }));
    expect(closed(fold)).toEqual([
      [0, true],
      [2 * MINUTE, true],
      [3 * MINUTE, undefined],
    ]);
  });

  test('stay complete when nothing was missed, and for other symbols', () => {
    const fold = marketFold();
    fold.step(observed({ tsMs: T0 }));
    fold.step(observed({ tsMs: T0, symbol: 'ETHUSDT' }));
    openGap(fold.state.candles, 'BTCUSDT');
    closeGap(fold.state.candles, 'BTCUSDT', null);
    openGap(fold.state.candles, 'XRPUSDT');
    fold.timer(T0 + MINUTE + LIMITS.closeGraceMs);
    expect(closed(fold)).toEqual([
      [0, undefined],
      [0, undefined],
    ]);
  });

  test('are complete from a gap that ends with the window before', () => {
    const fold = marketFold();
    closeGap(fold.state.candles, 'BTCUSDT', T0);
    fold.step(observed({ tsMs: T0 }));
    fold.timer(T0 + MINUTE + LIMITS.closeGraceMs);
    expect(closed(fold)).toEqual([[0, undefined]]);
  });
});

describe('candles as a whole', () => {
  const trade = fc.record({
    symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT'),
    tsMs: fc.integer({ min: T0, max: T0 + 6 * MINUTE }),
    price: fc.bigInt({ min: 1n, max: 900_000_000_000n }).map(formatE8),
    qty: fc.bigInt({ min: 1n, max: 10n ** 17n }).map(formatE8),
  });

  test('hold exactly what was accepted: volume, count and the order of prices', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 120, size: 'max' }), (trades) => {
        const fold = marketFold();
        const volumes = new Map<string, { volume: bigint; trades: number }>();
        for (const one of trades) {
          const result = fold.step(observed(one));
          if (typeof result === 'string') continue;
          const key = `${one.symbol}@${Math.floor(one.tsMs / MINUTE)}`;
          const sum = volumes.get(key) ?? { volume: 0n, trades: 0 };
          sum.volume += result.trade.qtyE8;
          sum.trades += 1;
          volumes.set(key, sum);
        }
        fold.timer(T0 + 10 * MINUTE);
        const candles = fold.factsOf('CandleClosed');
        expect(candles).toHaveLength(volumes.size);
        for (const candle of candles) {
          const sum = volumes.get(`${candle.symbol}@${candle.startSec / 60}`)!;
          expect(candle.volume).toBe(formatE8(sum.volume));
          expect(candle.trades).toBe(sum.trades);
          for (const edge of [candle.open, candle.close].map(Number)) {
            expect(Number(candle.high)).toBeGreaterThanOrEqual(edge);
            expect(Number(candle.low)).toBeLessThanOrEqual(edge);
          }
        }
      }),
    );
  });

  test('the same trades give the same facts, and state survives a copy in the middle', () => {
    fc.assert(
      fc.property(
        fc.array(trade, { maxLength: 60, size: 'max' }),
        fc.nat({ max: 60 }),
        (trades, cut) => {
          const straight = marketFold();
          const copied = marketFold();
          trades.forEach((one, index) => {
            if (index === cut) Object.assign(copied.state, structuredClone(copied.state));
            expect(copied.step(observed(one))).toEqual(straight.step(observed(one)));
          });
          expect(copied.facts).toEqual(straight.facts);
          expect(copied.state).toEqual(straight.state);
        },
      ),
    );
  });

  test('symbols do not touch each other', () => {
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 60, size: 'max' }), (trades) => {
        const together = marketFold();
        const alone = marketFold();
        for (const one of trades) {
          together.step(observed(one));
          if (one.symbol === 'BTCUSDT') alone.step(observed(one));
        }
        const own = together.factsOf('CandleClosed').filter(({ symbol }) => symbol === 'BTCUSDT');
        expect(own.map(({ open, high, low, close }) => [open, high, low, close])).toEqual(
          alone
            .factsOf('CandleClosed')
            .map(({ open, high, low, close }) => [open, high, low, close]),
        );
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addToWindow15m,
  initialWindow15m,
  window15m,
} from '../../../../src/engine/stages/window-15m.js';
import { accepted, T0 } from './market-fold.js';

const MINUTE = 60_000;

describe('window15m', () => {
  test('is unknown until 15 minutes were seen', () => {
    const state = initialWindow15m();
    addToWindow15m(state, accepted({ tsMs: T0, price: 100 }));
    addToWindow15m(state, accepted({ tsMs: T0 + 15 * MINUTE - 1, price: 110 }));
    expect(window15m(state, 'BTCUSDT')).toEqual({ pctChangePp: null, volume: null });
    addToWindow15m(state, accepted({ tsMs: T0 + 15 * MINUTE, price: 103, qty: 0.5 }));
    expect(window15m(state, 'BTCUSDT')).toEqual({ pctChangePp: 3, volume: 1.5 });
    expect(window15m(state, 'ETHUSDT')).toEqual({ pctChangePp: null, volume: null });
  });

  test('compares with the last price before the window, also after a silence', () => {
    const state = initialWindow15m();
    addToWindow15m(state, accepted({ tsMs: T0, price: 100 }));
    addToWindow15m(state, accepted({ tsMs: T0 + MINUTE, price: 200 }));
    addToWindow15m(state, accepted({ tsMs: T0 + 60 * MINUTE, price: 210, qty: 2 }));
    expect(window15m(state, 'BTCUSDT')).toEqual({ pctChangePp: 5, volume: 2 });
  });

  test('an out-of-order trade adds volume and no price', () => {
    const state = initialWindow15m();
    addToWindow15m(state, accepted({ tsMs: T0, price: 100 }));
    addToWindow15m(state, accepted({ tsMs: T0 + 16 * MINUTE, price: 101 }));
    addToWindow15m(state, accepted({ tsMs: T0 + 15 * MINUTE, price: 500, outOfOrder: true }));
    expect(window15m(state, 'BTCUSDT')).toEqual({ pctChangePp: 1, volume: 2 });
  });

  test('agrees with a count over all trades, in bounded memory', () => {
    const step = fc.record({
      gapMs: fc.integer({ min: 0, max: 90_000 }),
      price: fc.integer({ min: 50, max: 150 }),
      qty: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 300, size: 'max' }), (steps) => {
        const state = initialWindow15m();
        const all: { second: number; price: number; qty: number }[] = [];
        let tsMs = T0;
        for (const { gapMs, price, qty } of steps) {
          tsMs += gapMs;
          const second = Math.floor(tsMs / 1000);
          addToWindow15m(state, accepted({ tsMs, price, qty }));
          all.push({ second, price, qty });
          const base = all.findLast((one) => one.second <= second - 900);
          const inside = all.filter((one) => one.second > second - 900);
          expect(window15m(state, 'BTCUSDT')).toEqual({
            pctChangePp: base === undefined ? null : ((price - base.price) / base.price) * 100,
            volume: base === undefined ? null : inside.reduce((sum, one) => sum + one.qty, 0),
          });
        }
      }),
      { numRuns: 30 },
    );
  });

  test('cuts off what is over', () => {
    const state = initialWindow15m();
    for (let second = 0; second < 10_000; second += 1) {
      addToWindow15m(state, accepted({ tsMs: T0 + second * 1000 }));
    }
    expect(state.symbols.get('BTCUSDT')?.seconds.length).toBeLessThan(2_000);
    expect(window15m(state, 'BTCUSDT')).toEqual({ pctChangePp: 0, volume: 900 });
  });
});

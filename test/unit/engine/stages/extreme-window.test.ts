import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addSample, emptyWindow, extremeOf } from '../../../../src/engine/stages/extreme-window.js';

describe('extremeOf', () => {
  test('agrees with a search over all samples, for any gaps and prices', () => {
    const step = fc.tuple(fc.nat({ max: 90 }), fc.integer({ min: 1, max: 20 }));
    const keeps = fc.constantFrom('highest' as const, 'lowest' as const);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), keeps, (steps, kind) => {
        const window = emptyWindow(kind);
        const all: { second: number; price: number }[] = [];
        let second = 0;
        let since: number | null = null;
        for (const [gap, price] of steps) {
          second += gap;
          const from = second - 60;
          const inside = all.filter((one) => one.second >= from).map((one) => one.price);
          if (inside.length === 0) since = null;
          const best = kind === 'highest' ? Math.max(...inside) : Math.min(...inside);
          const spans = since !== null && since <= from;
          expect(extremeOf(window, second, 60)).toBe(spans ? best : null);
          addSample(window, second, price);
          all.push({ second, price });
          since ??= second;
        }
      }),
    );
  });

  test('needs at most one entry a second, however many samples fall into it', () => {
    const window = emptyWindow('highest');
    for (let sample = 0; sample < 5_000; sample += 1) addSample(window, 7, 5_000 - sample);
    expect(window.prices).toEqual([5_000]);
  });

  test('cuts off what is over', () => {
    const window = emptyWindow('highest');
    for (let second = 0; second < 20_000; second += 1) {
      extremeOf(window, second, 60);
      addSample(window, second, 20_000 - second);
    }
    expect(window.prices.length).toBeLessThan(1_200);
  });
});

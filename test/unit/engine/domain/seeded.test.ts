import { describe, expect, it } from 'vitest';
import { seededUnit } from '../../../../src/engine/domain/seeded.js';

describe('seeded unit', () => {
  it('is a number from 0 up to 1 that depends on nothing but its arguments', () => {
    for (let n = 0; n < 2_000; n += 1) {
      const unit = seededUnit(7, n, 3);
      expect(unit >= 0 && unit < 1).toBe(true);
      expect(seededUnit(7, n, 3)).toBe(unit);
    }
  });

  it('changes with each argument, also beyond 32 bits of the count', () => {
    const base = seededUnit(1, 1, 1);
    for (const other of [seededUnit(2, 1, 1), seededUnit(1, 2, 1), seededUnit(1, 1, 2)]) {
      expect(other).not.toBe(base);
    }
    expect(seededUnit(1, 2 ** 32 + 1, 1)).not.toBe(base);
  });

  it.each([0, 1, -1, 42, 2_654_435_769])('spreads evenly for seed %d, in every salt', (seed) => {
    for (const salt of [1, 2, 3, 4, 5]) {
      const tenths = new Array<number>(10).fill(0);
      for (let n = 1; n <= 10_000; n += 1) {
        const at = Math.floor(seededUnit(seed, n, salt) * 10);
        tenths[at] = (tenths[at] ?? 0) + 1;
      }
      expect(Math.min(...tenths)).toBeGreaterThan(850);
      expect(Math.max(...tenths)).toBeLessThan(1_150);
    }
  });

  it('two salts of one order say nothing of each other', () => {
    let both = 0;
    for (let n = 1; n <= 10_000; n += 1) {
      if (seededUnit(9, n, 2) < 0.5 && seededUnit(9, n, 3) < 0.5) both += 1;
    }
    expect(both).toBeGreaterThan(2_300);
    expect(both).toBeLessThan(2_700);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addTradeId,
  forgetTradeIds,
  hasTradeId,
  noTradeIds,
} from '../../../../src/engine/stages/seen-trade-ids.js';

describe('seen trade ids', () => {
  test('know exactly the ids that were added, in any order', () => {
    const id = fc.oneof(
      fc.nat({ max: 60 }).map(String),
      fc.nat({ max: 9 }).map((value) => `00${value}`),
      fc.constantFrom('a', 'A', '-1', '1.0', '9007199254740993', '1e3', ' 1'),
    );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200, size: 'max' }), (ids) => {
        const seen = noTradeIds();
        const known = new Set<string>();
        for (const one of ids) {
          expect(hasTradeId(seen, one)).toBe(known.has(one));
          if (!known.has(one)) addTradeId(seen, one);
          known.add(one);
        }
        for (let value = 0; value <= 61; value += 1) {
          expect(hasTradeId(seen, String(value))).toBe(known.has(String(value)));
        }
      }),
    );
  });

  test('need one range for a contiguous feed', () => {
    const seen = noTradeIds();
    for (let value = 42_377_944; value < 42_387_943; value += 1) addTradeId(seen, String(value));
    expect(seen).toEqual({ lows: [42_377_944], highs: [42_387_942], texts: new Set() });
  });

  test('join ranges that touch, whatever the order', () => {
    const seen = noTradeIds();
    for (const id of ['5', '3', '1', '2', '9', '4', '8']) addTradeId(seen, id);
    expect(seen).toEqual({ lows: [1, 8], highs: [5, 9], texts: new Set() });
  });

  test('stay bounded, forgetting the oldest', () => {
    const seen = noTradeIds();
    for (let value = 0; value <= 100_000; value += 1) {
      addTradeId(seen, String(2 * value));
      addTradeId(seen, `x${value}`);
    }
    expect(seen.lows.length).toBeLessThanOrEqual(100_000);
    expect(seen.texts.size).toBe(100_000);
    expect(hasTradeId(seen, '0')).toBe(false);
    expect(hasTradeId(seen, 'x0')).toBe(false);
    expect(hasTradeId(seen, '200000')).toBe(true);
    expect(hasTradeId(seen, 'x100000')).toBe(true);
  });

  test('do not keep an id that is longer than any venue makes', () => {
    const seen = noTradeIds();
    addTradeId(seen, 'y'.repeat(1_000_000));
    expect(seen.texts.size).toBe(0);
  });

  test('forget everything on demand', () => {
    const seen = noTradeIds();
    addTradeId(seen, '7');
    addTradeId(seen, 'seven');
    forgetTradeIds(seen);
    expect(seen).toEqual(noTradeIds());
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tradeRow, type TradeRow } from '../../../../src/adapters/files-feed/trade-row.js';
import { trustedTime } from '../../../../src/adapters/files-feed/trusted-time.js';

const T0 = 1_600_000_020_000;
const MINUTE = 60_000;
const YEAR_2099 = 4_086_000_000_000;

function row(tsMs: number | null): TradeRow {
  const texts = { symbol: 'X', price: '1', qty: '1', side: '', tradeId: '', venue: '' };
  return { ...tradeRow({ tsMs: '', ...texts }), tsMs };
}

function received(times: readonly (number | null)[], chunk = times.length || 1): number[] {
  const time = trustedTime();
  const settled: TradeRow[] = [];
  for (let at = 0; at < times.length; at += chunk) {
    settled.push(...time.add(times.slice(at, at + chunk).map(row)));
  }
  settled.push(...time.end());
  return settled.map(({ receivedAtMs }) => receivedAtMs);
}

const every = (gapMs: number, count: number, fromMs = T0): number[] =>
  Array.from({ length: count }, (_, index) => fromMs + index * gapMs);

describe('trustedTime', () => {
  test('believes rows as they are, steps back and long silences included', () => {
    const times = [T0, T0 + 5, T0 - 200, ...every(7 * MINUTE, 20, T0 + 30 * MINUTE)];
    expect(received(times)).toEqual(times);
  });

  test('does not believe single rows from the future, wherever they stand', () => {
    const times = every(1_000, 30);
    for (const at of [0, 1, 15, 28, 29]) {
      const spoilt = times.toSpliced(at, 1, YEAR_2099);
      const expected = times.toSpliced(at, 1, at === 0 ? (times[4] ?? 0) : (times[at - 1] ?? 0));
      expect(received(spoilt)).toEqual(expected);
    }
  });

  test('does not believe three bad rows in a row', () => {
    const times = every(1_000, 30).toSpliced(10, 3, YEAR_2099, YEAR_2099 + 1, YEAR_2099 + 2);
    const result = received(times);
    expect(result.slice(10, 13)).toEqual(Array(3).fill(T0 + 9_000));
    expect(result.slice(13)).toEqual(times.slice(13));
  });

  test('believes the last row of a file after up to an hour of silence', () => {
    expect(received([T0, T0 + 60 * MINUTE])).toEqual([T0, T0 + 60 * MINUTE]);
    expect(received([T0, T0 + 60 * MINUTE + 1])).toEqual([T0, T0]);
    expect(received([T0])).toEqual([T0]);
  });

  test('only advances: a row of the past takes no trust from what follows', () => {
    const times = [...every(1_000, 10), T0 - 120 * MINUTE, T0 + 11_000];
    expect(received(times)).toEqual(times);
  });

  test('gives rows without a usable time the trusted one', () => {
    expect(received([null, T0, null, 5, T0 + 0.5, T0 + 1])).toEqual([0, T0, T0, T0, T0, T0 + 1]);
    expect(received([])).toEqual([]);
  });

  test('does not depend on how the rows arrive', () => {
    const time = fc.oneof(
      fc.constant(null),
      fc.integer({ min: T0, max: T0 + 40 * MINUTE }),
      fc.constantFrom(YEAR_2099, 5),
    );
    const times = fc.array(time, { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), (values, chunk) => {
        expect(received(values, chunk)).toEqual(received(values));
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hourOf,
  hourWords,
  readSoakLog,
  soakHours,
  soakLine,
} from '../../../../src/doctor/soak/soak-log.js';

const START_MS = Date.parse('2026-03-25T13:00:01Z');
const HOUR_MS = 3_600_000;

function log(...hours: readonly number[]): string {
  return hours
    .map((hour) => `${soakLine(START_MS + hour * HOUR_MS, hourWords(hour, 'No restarts'))}\n`)
    .join('');
}

describe('the hourly log', () => {
  test('is written as it always was', () => {
    const line = soakLine(Date.parse('2026-03-26T00:00:01Z'), hourWords(11, 'No restarts'));
    expect(line).toBe('2026-03-26 00:00:01 UTC - Hour 11: No restarts');
  });

  test.each([
    ['Hour 08: No restarts', 8],
    ['Hour 09: No restarts', 9],
    ['Hour 8: No restarts', 8],
    ['Hour 010: No restarts', 10],
    ['Hour x: No restarts', null],
  ])('%s is hour %s', (words, hour) => {
    expect(readSoakLog(`2026-03-26 08:00:01 UTC - ${words}`)[0]?.hour).toBe(hour);
  });

  test('tells hours that are missing, and hours that do not rise', () => {
    expect(soakHours(readSoakLog(log(0, 1, 2)))).toMatchObject({ areRising: true, missing: [] });
    const gap = soakHours(readSoakLog(log(0, 1, 4)));
    expect(gap).toMatchObject({ areRising: true, missing: [2, 3], last: 4, count: 3 });
    expect(soakHours(readSoakLog(log(0, 1, 1))).areRising).toBe(false);
    expect(soakHours(readSoakLog(log(0, 5, 2))).areRising).toBe(false);
  });

  test('reads back what it wrote, whatever stands between and behind it', () => {
    const words = fc.stringMatching(/^[ -~]{0,40}$/);
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(hours, words, (all, torn) => {
        const sorted = [...all].sort((a, b) => a - b);
        const read = soakHours(readSoakLog(`${log(...sorted)}${torn}`));
        expect(read.count).toBe(sorted.length);
        expect(read.last).toBe(sorted.at(-1) ?? null);
        expect(read.areRising).toBe(true);
      }),
    );
  });
});

test('hours are counted from the start, over midnight and whatever the zone', () => {
  expect(hourOf(START_MS, START_MS)).toBe(0);
  expect(hourOf(START_MS, Date.parse('2026-03-26T00:00:01Z'))).toBe(11);
  expect(hourOf(START_MS, START_MS - 1)).toBe(-1);
});

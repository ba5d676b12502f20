import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../../src/doctor/logs/facts.js';
import { foldLines } from '../../../../src/doctor/logs/fold-lines.js';
import { parseLine } from '../../../../src/doctor/logs/parse-line.js';
import {
  frequencyText,
  normalised,
  patternsOf,
  type LogPattern,
} from '../../../../src/doctor/logs/patterns.js';
import { serviceLogs } from '../../../../src/doctor/logs/service-logs.js';
import { isRepeating } from '../../../../src/doctor/logs/summary.js';

const UTC = () => 0;

function errorsAt(...times: readonly number[]): readonly LogLine[] {
  return times.map((atMs) => ({ atMs, level: 'error', logger: 'a', text: `failed ${atMs}` }));
}

function only(lines: readonly LogLine[]): LogPattern {
  const [pattern, ...rest] = patternsOf(lines, ['error']);
  expect(rest).toEqual([]);
  return pattern!;
}

describe('normalised', () => {
  it.each([
    ['❌ Failed to persist: relation "risk_events"', 'Failed to persist: relation "risk_events"'],
    ['Order MOCK_90424891 at 50033.56', 'Order MOCK_# at #'],
    ['sig-518bcafe lost after 12,5 s', 'sig-# lost after # s'],
    ['run 0b0c6a52-1111-4222-8333-444455556666 ended', 'run # ended'],
  ])('makes of %s: %s', (text, expected) => {
    expect(normalised(text)).toBe(expected);
  });
});

describe('patternsOf', () => {
  it('tells first, last, and the shortest and longest gap', () => {
    const pattern = only(errorsAt(0, 3_599, 10_000));
    expect(pattern).toMatchObject({ count: 3, firstAtMs: 0, lastAtMs: 10_000 });
    expect(pattern).toMatchObject({ minMs: 3_599, maxMs: 6_401, meanMs: 5_000 });
    expect(frequencyText(pattern)).toBe('every 3-7 s');
  });

  it('makes no frequency out of one line', () => {
    expect(only(errorsAt(0))).toMatchObject({ count: 1, minMs: null, meanMs: null });
  });
});

describe('isRepeating', () => {
  it.each<[string, readonly number[], number, boolean]>([
    ['three within seconds, at the end of the log', [0, 4_000, 8_000], 9_000, true],
    ['two', [0, 4_000], 5_000, false],
    ['three that ended long before the log did', [0, 4_000, 8_000], 100_000, false],
    ['three with many minutes between them', [0, 600_000, 1_200_000], 1_201_000, false],
  ])('%s', (_, times, newestAtMs, expected) => {
    expect(isRepeating(only(errorsAt(...times)), newestAtMs)).toBe(expected);
  });
});

describe('lines of a log', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.string().map((rest) => `2026-02-09 08:00:48,062 [ERROR] a: ${rest}`),
  );

  it('are taken whatever they hold; none becomes more than one', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (raw) => {
        const { lines, unreadable } = foldLines(raw.map((line) => parseLine(line, UTC)));
        expect(lines.length).toBeLessThanOrEqual(raw.length);
        expect(unreadable).toBeLessThanOrEqual(lines.length);
        const window = { windowMs: 1_000, zone: 'UTC', offset: UTC, untilMs: null };
        const logs = serviceLogs({ service: 'a', place: 'a', lines: raw, isCut: false }, window);
        expect(logs.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  it('the window is counted back from the newest line, or from the time that is given', () => {
    const raw = ['07:00:00', '07:59:59', '08:00:00'].map(
      (at) => `2026-02-09 ${at} [INFO] a: ${at}`,
    );
    const kept = (untilMs: number | null) => {
      const window = { windowMs: 60_000, zone: 'UTC', offset: UTC, untilMs };
      return serviceLogs({ service: 'a', place: 'a', lines: raw, isCut: false }, window)[0]?.lines;
    };
    expect(kept(null)?.map(({ text: said }) => said)).toEqual(['07:59:59', '08:00:00']);
    expect(kept(Date.parse('2026-02-09T09:00:00Z'))).toEqual([]);
  });
});

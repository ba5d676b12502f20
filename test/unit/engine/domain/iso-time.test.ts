import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ISO_MS_MAX, isoFromMs, isoMsOf } from '../../../../src/engine/domain/iso-time.js';

/** Around the ends of February in years that only look like leap years. */
const CENTURIES: [number][] = [1700, 1800, 1900, 2100].flatMap((year): [number][] => [
  [Date.UTC(year, 2, 1) - 1],
  [Date.UTC(year, 2, 1)],
]);

test('isoFromMs agrees with the platform for every instant with a four-digit year', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: ISO_MS_MAX }), (tsMs) => {
      expect(isoFromMs(tsMs)).toBe(new Date(tsMs).toISOString());
    }),
    { examples: [[0], [-1], [ISO_MS_MAX], [Date.UTC(2000, 1, 29)], ...CENTURIES] },
  );
});

test('isoMsOf reads back every instant, whatever its zone and precision', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: ISO_MS_MAX }), (tsMs) => {
      expect(isoMsOf(isoFromMs(tsMs))).toBe(tsMs);
    }),
  );
  expect(isoMsOf('2026-02-09T15:45:00+01:00')).toBe(Date.UTC(2026, 1, 9, 14, 45));
  expect(isoMsOf('2026-02-09T15:45Z')).toBe(Date.UTC(2026, 1, 9, 15, 45));
});

test.each([
  '',
  '2026-02-09',
  '2026-02-09T15:45:00',
  '2026-02-30T15:45:00Z',
  '2026-13-01T15:45:00Z',
  '2026-02-09T25:45:00Z',
  '09.02.2026 15:45',
  '2026-02-09 15:45:00Z',
  ' 2026-02-09T15:45:00Z',
  '1770651900',
])('isoMsOf takes %j for no instant', (text) => {
  expect(isoMsOf(text)).toBeNull();
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ISO_MS_MAX, isoFromMs } from '../../../../src/engine/domain/iso-time.js';

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

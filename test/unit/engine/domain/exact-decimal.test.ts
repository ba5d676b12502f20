import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  placesText,
  quantize,
  readDecimal,
  roundToPrecision,
} from '../../../../src/engine/domain/exact-decimal.js';

function eightPlaces(text: string): string | undefined {
  const decimal = readDecimal(text);
  if (typeof decimal === 'string') return decimal;
  const value = quantize(decimal, 8);
  return value === undefined ? undefined : placesText(value, 8);
}

describe('readDecimal and quantize', () => {
  // What the reference's decimals give with eight places.
  test.each([
    ['1', '1.00000000'],
    [' \t5\u2003', '5.00000000'],
    ['\x1c5\x85', '5.00000000'],
    ['+7.5', '7.50000000'],
    ['.5', '0.50000000'],
    ['5.', '5.00000000'],
    ['1_000', '1000.00000000'],
    ['_1_', '1.00000000'],
    ['1e_5', '100000.00000000'],
    ['1E-7', '0.00000010'],
    ['1e3', '1000.00000000'],
    ['\uff11\uff12', '12.00000000'],
    ['\u0663.5', '3.50000000'],
    ['\u{1d7d9}\u{1d7e1}', '19.00000000'],
    ['-0', '0.00000000'],
    ['-0.000000004', '0.00000000'],
    ['0.000000005', '0.00000000'],
    ['0.000000015', '0.00000002'],
    ['0.0000000050001', '0.00000001'],
    ['12345678901234567890.123456785', '12345678901234567890.12345678'],
    ['0e1000', '0.00000000'],
    ['1e-1000000', '0.00000000'],
    ['1e-999999999999999999', '0.00000000'],
    [`0.${'0'.repeat(5_000)}1`, '0.00000000'],
  ])('reads %j as %s', (text, expected) => {
    expect(eightPlaces(text)).toBe(expected);
  });

  test.each([
    ['', 'empty'],
    [' \u3000 ', 'empty'],
    ['NaN', 'not_finite'],
    ['-sNaN12', 'not_finite'],
    ['N_aN', 'not_finite'],
    ['+Infinity', 'not_finite'],
    ['inf', 'not_finite'],
    ['abc', 'malformed'],
    ['infinit', 'malformed'],
    ['_', 'malformed'],
    ['-.', 'malformed'],
    ['1e', 'malformed'],
    ['1 5', 'malformed'],
    ['\ufeff5', 'malformed'],
    ['0x10', 'malformed'],
    ['\u00b2', 'malformed'],
    ['1e1000000000000000000', 'malformed'],
    ['0e-99999999999999999999', 'malformed'],
  ])('refuses %j as %s', (text, fault) => {
    expect(readDecimal(text)).toBe(fault);
  });

  test.each(['123456789012345678901', '99999999999999999999.999999995', '1e999', '1e20'])(
    'has no result for %s, which needs more than 28 digits',
    (text) => {
      expect(eightPlaces(text)).toBeUndefined();
    },
  );

  test('changes no text that has eight places already', () => {
    const twentyDigits = 10n ** 20n;
    fc.assert(
      fc.property(fc.bigInt({ min: -twentyDigits, max: twentyDigits }), (value) => {
        const text = placesText(value, 8);
        expect(eightPlaces(text)).toBe(text);
      }),
    );
  });

  test('stays quick on a text that is all digits and a huge exponent', () => {
    expect(eightPlaces(`1e${'9'.repeat(100_000)}`)).toBe('malformed');
    expect(eightPlaces('9'.repeat(100_000))).toBeUndefined();
  });
});

describe('roundToPrecision', () => {
  const NINES = 10n ** 28n - 1n;

  test.each([
    [NINES, NINES],
    [-NINES, -NINES],
    [NINES * 10n + 4n, NINES * 10n],
    [NINES * 10n + 5n, 10n ** 29n],
    [(NINES - 1n) * 10n + 5n, (NINES - 1n) * 10n],
    [-(NINES * 10n + 6n), -(10n ** 29n)],
  ])('keeps 28 digits of %s, half to even', (value, rounded) => {
    expect(roundToPrecision(value)).toBe(rounded);
  });
});

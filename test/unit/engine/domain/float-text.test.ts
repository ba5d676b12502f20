import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatText, roundTo10Places } from '../../../../src/engine/domain/float-text.js';

describe('floatText', () => {
  // Printed by the reference's language.
  test.each([
    [42100, '42100.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.00021991, '0.00021991'],
    [0.0001, '0.0001'],
    [0.00009999, '9.999e-05'],
    [0.00001234, '1.234e-05'],
    [1e-7, '1e-07'],
    [-1.5e-10, '-1.5e-10'],
    [5e-324, '5e-324'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [1.2345e21, '1.2345e+21'],
    [1.7976931348623157e308, '1.7976931348623157e+308'],
    [0.1 + 0.2, '0.30000000000000004'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('prints %d as %s', (value, text) => {
    expect(floatText(value)).toBe(text);
  });

  test('reads back to the same float and never looks like an integer', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = floatText(value);
        expect(Number(text)).toBe(value);
        expect(text).toMatch(/[.e]/);
      }),
    );
  });
});

describe('roundTo10Places', () => {
  test.each([
    // Exact ties, which go to the even digit.
    [1 / 2048, 0.0004882812],
    [3 / 2048, 0.0014648438],
    [-1 / 2048, -0.0004882812],
    [1025.00048828125, 1025.0004882812],
    [0.12345678905, 0.1234567891],
    [0.1 + 0.2, 0.3],
    [4.9e-11, 0],
    [5.1e-11, 1e-10],
    [1e21, 1e21],
    [2 ** 52 + 0.5, 2 ** 52 + 0.5],
    [NaN, NaN],
    [Infinity, Infinity],
  ])('rounds %d to %d', (value, rounded) => {
    expect(roundTo10Places(value)).toBe(rounded);
  });

  test('keeps the sign of zero', () => {
    expect(roundTo10Places(-0)).toBe(-0);
    expect(roundTo10Places(-4e-11)).toBe(-0);
  });
});

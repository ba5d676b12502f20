import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatE8, parseE8 } from '../../../../src/engine/domain/e8.js';
import { readAmount } from '../../../../src/engine/domain/trade-amount.js';

describe('readAmount', () => {
  test.each([
    ['9682.19', 968_219_000_000n],
    ['0.00141342', 141_342n],
    ['61837.63000000', 6_183_763_000_000n],
    ['1.230000000000', 123_000_000n],
    ['90071992.54740991', 9_007_199_254_740_991n],
    ['90071992.54740993', 9_007_199_254_740_993n],
    ['9999999999.99999999', 999_999_999_999_999_999n],
    ['007', 700_000_000n],
  ])('reads %s exactly', (text, value) => {
    expect(readAmount(text)).toBe(value);
  });

  test.each([
    ['NaN', 'malformed'],
    ['Infinity', 'malformed'],
    ['-Infinity', 'malformed'],
    ['1e308', 'malformed'],
    ['1e-7', 'malformed'],
    ['0x10', 'malformed'],
    ['+5', 'malformed'],
    [' 5', 'malformed'],
    ['5 ', 'malformed'],
    ['5.', 'malformed'],
    ['.5', 'malformed'],
    ['.', 'malformed'],
    ['1.2.3', 'malformed'],
    ['1,5', 'malformed'],
    ['１２', 'malformed'],
    ['', 'malformed'],
    ['0', 'non_positive'],
    ['0.00000000', 'non_positive'],
    ['-0', 'non_positive'],
    ['-3.5', 'non_positive'],
    ['0.000000001', 'precision'],
    ['1.123456789', 'precision'],
    ['10000000000', 'out_of_range'],
    ['99999999999999999999', 'out_of_range'],
    ['1'.repeat(40), 'out_of_range'],
    [`${'1'.repeat(40)}.5`, 'out_of_range'],
  ])('refuses %j as %s', (text, fault) => {
    expect(readAmount(text)).toBe(fault);
  });

  test('agrees with the exact parser on every amount', () => {
    const amount = fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n });
    const form = fc.constantFrom('full', 'trimmed', 'padded');
    fc.assert(
      fc.property(amount, form, (value, kind) => {
        const full = formatE8(value);
        const trimmed = full.replace(/\.?0+$/, '');
        const text = { full, trimmed, padded: `${full}000` }[kind];
        expect(readAmount(text)).toBe(value);
        expect(readAmount(text)).toBe(parseE8(text));
      }),
    );
  });

  test('answers any text without a throw and never with a value of its own', () => {
    const soup = fc.string({ unit: fc.constantFrom(...Array.from('0123456789.-+eExNa ,')) });
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (text) => {
        const amount = readAmount(text);
        if (typeof amount === 'bigint') expect(amount).toBe(parseE8(text));
      }),
    );
  });
});

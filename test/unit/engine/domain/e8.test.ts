import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absE8,
  divE8,
  divideHalfEven,
  e8FromNumber,
  formatE8,
  mulE8,
  parseE8,
} from '../../../../src/engine/domain/e8.js';

const amounts = fc.bigInt(-(10n ** 20n), 10n ** 20n);

describe('e8', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(amounts, (value) => {
        expect(parseE8(formatE8(value))).toBe(value);
      }),
    );
  });

  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['1', 100_000_000n],
    ['0.00000001', 1n],
    ['-9682.19', -968_219_000_000n],
    ['1.000000000000', 100_000_000n],
    ['00012.5', 1_250_000_000n],
  ])('reads %s', (text, value) => {
    expect(parseE8(text)).toBe(value);
  });

  it.each([
    '',
    ' ',
    '1e5',
    '+1',
    '.5',
    '1.',
    '1,5',
    'NaN',
    'Infinity',
    '0x10',
    '1 ',
    '١',
    '9'.repeat(21),
  ])('refuses "%s"', (text) => {
    expect(parseE8(text)).toBe('malformed');
  });

  it('never cuts a digit that counts', () => {
    expect(parseE8('0.000000001')).toBe('precision');
    expect(parseE8('0.000000010')).toBe(1n);
  });

  it.each([
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [5n, -2n, -2n],
    [1n, 3n, 0n],
    [2n, 3n, 1n],
    [0n, 7n, 0n],
  ])('divides %s by %s half to even: %s', (numerator, denominator, quotient) => {
    expect(divideHalfEven(numerator, denominator)).toBe(quotient);
  });

  it('is never further from the true quotient than a half, and odd in each argument', () => {
    const divisors = amounts.filter((value) => value !== 0n);
    fc.assert(
      fc.property(amounts, divisors, (a, b) => {
        const quotient = divideHalfEven(a, b);
        expect(absE8(a - quotient * b) * 2n <= absE8(b)).toBe(true);
        expect(divideHalfEven(-a, b)).toBe(-quotient);
        expect(divideHalfEven(a, -b)).toBe(-quotient);
        expect(mulE8(a, b)).toBe(mulE8(b, a));
        expect(divE8(mulE8(a, 100_000_000n), 100_000_000n)).toBe(a);
      }),
    );
  });

  it('takes the nearest value of a float, and nothing of what is no amount', () => {
    expect(e8FromNumber(0.1 + 0.2)).toBe(30_000_000n);
    expect(e8FromNumber(-0.005)).toBe(-500_000n);
    expect(e8FromNumber(1e15)).toBe(10n ** 23n);
    for (const odd of [NaN, Infinity, -Infinity, 1e21]) expect(e8FromNumber(odd)).toBe(0n);
  });
});

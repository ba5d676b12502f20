import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountText,
  bytesText,
  moneyText,
  shareText,
} from '../../../../src/commands/tables/amounts.js';
import { plainCell, plainText } from '../../../../src/view/plain-text.js';
import { textTable } from '../../../../src/commands/tables/text-table.js';

describe('plainText', () => {
  it('leaves no character that a terminal could act on, whatever comes in', () => {
    const anything = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(anything, (text) => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it.each([
    ['\u001b[2J', '\\x1b[2J'],
    ['\u009b31m', '\\x9b31m'],
    ['a\r\nb', 'a\\x0d\\x0ab'],
    ['BTC\u202eTDSU', 'BTC\\u202eTDSU'],
    ['\ud800', '\\ud800'],
    ['Zürich 日本', 'Zürich 日本'],
  ])('shows %j as %j', (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it('cuts after escaping, with a mark', () => {
    expect(plainCell('abcdef', 4)).toBe('abc…');
    expect(plainCell('\u001b\u001b', 8)).toBe('\\x1b\\x1b');
  });
});

describe('textTable', () => {
  it('aligns columns and lets no cell break out of its line', () => {
    const columns = [{ title: 'n', align: 'right' }, { title: 'name' }] as const;
    expect(textTable(columns, [['10', 'a\nb'], ['7']])).toBe(' n  name\n10  a\\x0ab\n 7\n');
  });
});

describe('amounts', () => {
  it.each([
    ['10000.00000000', '10 000.00'],
    ['0.00021991', '0.00021991'],
    ['-1234567.50000000', '-1 234 567.50'],
    ['junk', 'junk'],
  ])('amountText(%s) is %s', (exact, text) => {
    expect(amountText(exact)).toBe(text);
  });

  it.each([
    ['10012.34500000', '10 012.34'],
    ['10012.35500000', '10 012.36'],
    ['-0.00215373', '-0.00215373'],
    ['0.00000000', '0.00'],
    ['no number', 'no number'],
  ])('moneyText(%s) is %s', (exact, text) => {
    expect(moneyText(exact)).toBe(text);
  });

  it.each([
    [1, 1, '100 %'],
    [999_999, 1_000_000, '99.9 %'],
    [1, 1_000_000, '0.1 %'],
    [0, 5, '0 %'],
    [0, 0, 'no data'],
  ])('shareText(%d, %d) is %s', (part, whole, text) => {
    expect(shareText(part, whole)).toBe(text);
  });

  it('sizes in powers of 1024', () => {
    expect(bytesText(1_023)).toBe('1023 B');
    expect(bytesText(1_572_864)).toBe('1.5 MiB');
  });
});

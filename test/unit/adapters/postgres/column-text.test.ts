import { describe, expect, it } from 'vitest';
import { columnText, NULL_TEXT, SEPARATOR } from '../../../../src/adapters/postgres/column-text.js';

/** What the server makes of it: split, and drop what follows the last separator. */
function values(text: string): (string | null)[] {
  const parts = text.split(SEPARATOR).slice(0, -1);
  return parts.map((part) => (part === NULL_TEXT ? null : part));
}

describe('columnText', () => {
  it('tells null, the empty text and the text of the null marker apart', () => {
    const rows = [[null], [''], [NULL_TEXT], ['a']];
    expect(values(columnText(rows, 0, false))).toEqual([null, '', '\ufffd', 'a']);
  });

  it('keeps a column of one empty text a column of one', () => {
    expect(values(columnText([['']], 0, false))).toEqual(['']);
  });

  it('writes numbers and booleans as the server reads them, absent cells as null', () => {
    expect(values(columnText([[1.5e-9], [true], []], 0, false))).toEqual(['1.5e-9', 'true', null]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses the number %s', (value) => {
    expect(() => columnText([[value]], 0, false)).toThrow('finite');
  });

  it.each([
    [String.raw`{"a":"\u0000"}`, String.raw`{"a":"\ufffd"}`],
    [String.raw`{"a":"\\u0000"}`, String.raw`{"a":"\\u0000"}`],
    [String.raw`{"a":"\\\u0000"}`, String.raw`{"a":"\\\ufffd"}`],
    [String.raw`{"a":"\ud800"}`, String.raw`{"a":"\ufffd"}`],
    [String.raw`{"a":"\ud83d\ude00"}`, String.raw`{"a":"\ud83d\ude00"}`],
    [String.raw`{"a":"\udc00\ud800x"}`, String.raw`{"a":"\ufffd\ufffdx"}`],
    [String.raw`{"a":"\u00e4"}`, String.raw`{"a":"\u00e4"}`],
  ])('stores the JSON %s as %s', (given, stored) => {
    expect(values(columnText([[given]], 0, true))).toEqual([stored]);
    expect(values(columnText([[given]], 0, false))).toEqual([given]);
  });
});

import { describe, expect, test } from 'vitest';
import { JsonFloat, readExactJson } from '../../../../src/engine/domain/exact-json.js';
import {
  asciiDigits,
  referenceText,
  trimBlanks,
} from '../../../../src/engine/domain/reference-text.js';

describe('reference text', () => {
  test('trims the blanks of the reference, not those of JavaScript', () => {
    expect(
      trimBlanks('\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u200a\u2028\u202f\u3000x\u2029'),
    ).toBe('x');
    expect(trimBlanks('\ufeff x \u200b')).toBe('\ufeff x \u200b');
    expect(trimBlanks(' \u2028 ')).toBe('');
  });

  test('reads decimal digits of every script and no others', () => {
    expect(asciiDigits('\u0660\u0669\u096a\uff11\u{1d7ce}\u{1d7ff}')).toBe('094109');
    expect(asciiDigits('\u00b2\u2460x1')).toBe('\u00b2\u2460x1');
  });

  // Printed by the reference's language.
  test.each([
    ['null', 'None'],
    ['true', 'True'],
    ['"a\'b"', "a'b"],
    ['-0.0', '-0.0'],
    ['1e16', '1e+16'],
    ['["a\'b"]', `["a'b"]`],
    ['["a\\"b"]', `['a"b']`],
    ['["a\'\\"b"]', String.raw`['a\'"b']`],
    ['{"k":[null,true,1.0,2]}', "{'k': [None, True, 1.0, 2]}"],
    [
      '["\\n\\t\\r\\\\\\u0000\\u007f\\u0080\\u00ad\\u0378\\u200b"]',
      String.raw`['\n\t\r\\\x00\x7f\x80\xad\u0378\u200b']`,
    ],
    ['["\\u00a0\\ud800\\ud83d\\ude00é \\udb40\\udc01"]', `['\\xa0\\ud800\u{1F600}é \\U000e0001']`],
  ])('prints %s as %s', (json, text) => {
    const read = readExactJson(json);
    expect(read.ok && referenceText(read.value)).toBe(text);
  });

  test('prints what is not finite in its own words', () => {
    expect([NaN, Infinity, -Infinity].map((value) => referenceText(new JsonFloat(value)))).toEqual([
      'nan',
      'inf',
      '-inf',
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EXACT_JSON_LIMITS,
  JsonFloat,
  readExactJson,
  type ExactJson,
} from '../../../../src/engine/domain/exact-json.js';

function value(text: string, limits = EXACT_JSON_LIMITS): ExactJson {
  const read = readExactJson(text, limits);
  if (!read.ok) throw new Error(`${text}: ${read.fault.what}`);
  return read.value;
}

function fault(text: string, limits = EXACT_JSON_LIMITS) {
  const read = readExactJson(text, limits);
  return read.ok ? undefined : read.fault;
}

/** As JSON.parse would have it, but without losing a name to a prototype. */
function plain(json: ExactJson): unknown {
  if (typeof json === 'bigint') return Number(json);
  if (json instanceof JsonFloat) return json.value;
  if (json instanceof Map) return [...(json as ReadonlyMap<string, ExactJson>)].map(pairOf);
  return Array.isArray(json) ? json.map((item: ExactJson) => plain(item)) : json;
}

function pairOf([name, item]: readonly [string, ExactJson]): unknown {
  return { name, item: plain(item) };
}

function pairsOf(parsed: unknown): unknown {
  if (Array.isArray(parsed)) return parsed.map(pairsOf);
  if (typeof parsed !== 'object' || parsed === null) return parsed;
  return Object.entries(parsed).map(([name, item]) => ({ name, item: pairsOf(item) }));
}

describe('readExactJson', () => {
  test('keeps integers exact and apart from floats', () => {
    expect(value('5')).toBe(5n);
    expect(value('-0')).toBe(0n);
    expect(value('123456789012345678901234567890')).toBe(123456789012345678901234567890n);
    for (const text of ['5.0', '5e0', '5E+0']) expect(value(text)).toEqual(new JsonFloat(5));
    expect(value('1e999')).toEqual(new JsonFloat(Infinity));
  });

  test('keeps the order of members that look like integers', () => {
    expect([...(value('{"10":1,"9":2,"a":3}') as Map<string, ExactJson>).keys()]).toEqual([
      '10',
      '9',
      'a',
    ]);
  });

  test('treats __proto__ as a name like any other', () => {
    const read = value('{"__proto__":{"polluted":true},"constructor":1}');
    expect(read).toEqual(
      new Map<string, ExactJson>([
        ['__proto__', new Map([['polluted', true]])],
        ['constructor', 1n],
      ]),
    );
    expect('polluted' in {}).toBe(false);
  });

  test('lets the last of two equal names win at the place of the first', () => {
    expect([...(value('{"a":1,"b":2,"a":3}') as Map<string, ExactJson>)]).toEqual([
      ['a', 3n],
      ['b', 2n],
    ]);
  });

  test('joins surrogate pairs and keeps single halves', () => {
    expect(value(String.raw`"\ud83d\ude00 \ud83d A\/\b\f\n\r\t\"\\"`)).toBe(
      '\u{1F600} \ud83d A/\b\f\n\r\t"\\',
    );
  });

  test('accepts NaN and Infinity only when told to', () => {
    for (const text of ['NaN', '[Infinity]', '-Infinity']) expect(fault(text)).toBeDefined();
    const limits = { ...EXACT_JSON_LIMITS, nonFinite: true };
    expect(value('[NaN,-Infinity]', limits)).toEqual([
      new JsonFloat(NaN),
      new JsonFloat(-Infinity),
    ]);
  });

  test.each([
    ['{"a":1,}', 1, 8, 'required: a member name'],
    ['[1,]', 1, 4, 'required: a JSON value'],
    ['{"a" 1}', 1, 6, 'required: ":"'],
    ['[1 2]', 1, 4, 'required: "," or "]"'],
    ['{"a":1\n"b":2}', 2, 1, 'required: "," or "}"'],
    ['1 2', 1, 3, 'text after the value'],
    ['01', 1, 2, 'text after the value'],
    ['+1', 1, 1, 'required: a JSON value'],
    ['.5', 1, 1, 'required: a JSON value'],
    ['"a\nb"', 1, 3, 'control character in a string'],
    [String.raw`"\x41"`, 1, 2, 'bad escape in a string'],
    [String.raw`"\u12g4"`, 1, 2, 'bad escape in a string'],
    ["{'a':1}", 1, 2, 'required: a member name'],
    ['nul', 1, 1, 'required: a JSON value'],
  ])('refuses %j and says where', (text, line, column, what) => {
    expect(fault(text)).toEqual({ what, line, column, atEnd: false });
  });

  test.each(['', ' \n ', '{', '[1,', '{"a":', '{"a":1', '"abc', '["x"'])(
    'says of %j that more text could follow',
    (text) => {
      expect(fault(text)).toMatchObject({ atEnd: true, what: 'the text ends early' });
    },
  );

  test('bounds depth, size and the length of a number', () => {
    const limits = { depthMax: 3, charsMax: 20, nonFinite: false };
    expect(value('[[[1]]]', limits)).toEqual([[[1n]]]);
    expect(value('[[],[],{},[[]]]', limits)).toHaveLength(4);
    expect(fault('[[[[1]]]]', limits)?.what).toContain('nested deeper than 3');
    expect(fault(`"${'x'.repeat(20)}"`, limits)?.what).toContain('longer than 20');
    expect(fault('9'.repeat(5_000))?.what).toContain('number of more than');
    expect(fault('['.repeat(1_000_000))?.what).toContain('nested deeper than 100');
  });

  test('agrees with JSON.parse on every text that it prints', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        expect(plain(value(text))).toEqual(pairsOf(JSON.parse(text)));
      }),
    );
  });

  test('accepts and refuses what JSON.parse does', () => {
    const scraps = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '.5',
      'e3',
      'null',
      '\\',
      ' ',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...scraps), { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        expect(readExactJson(text).ok).toBe(accepted);
      }),
      { numRuns: 2_000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJsonMembers } from '../../../../src/adapters/files-feed/json-members.js';
import { missingMembers, readNdjsonRow } from '../../../../src/adapters/files-feed/ndjson-rows.js';

const read = (line: string): object | null => {
  const members = readJsonMembers(line);
  return members === null ? null : Object.fromEntries(members);
};

describe('readJsonMembers', () => {
  test('keeps the text of numbers', () => {
    expect(read('{"price":61837.63000000, "qty" : 1e-7,"n":-0.10}')).toEqual({
      price: '61837.63000000',
      qty: '1e-7',
      n: '-0.10',
    });
  });

  test('decodes strings, empties null, passes over nested values', () => {
    const line = String.raw`{"a":"x\"\u0041","b":null,"c":true,"d":{"price":"1","e":["}",{}]},"f":[]}`;
    expect(read(line)).toEqual({ a: 'x"A', b: '', c: 'true' });
    expect(read('  {}  ')).toEqual({});
  });

  test.each([
    '',
    'null',
    '[1]',
    '{',
    '{"a":1',
    '{"a":1}x',
    '{"a":1,}',
    '{a:1}',
    '{"a":01}',
    '{"a":NaN}',
    '{"a":{"b":1}',
    String.raw`{"a":"\q"}`,
    'x{"a":1}',
  ])('refuses %j', (line) => {
    expect(readJsonMembers(line)).toBeNull();
  });

  test('agrees with JSON.parse on the strings of any object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        const line = JSON.stringify(value);
        const members = readJsonMembers(line);
        expect(members).not.toBeNull();
        for (const [key, member] of Object.entries(JSON.parse(line) as object)) {
          if (typeof member === 'string') expect(members?.get(key)).toBe(member);
          if (typeof member === 'number') expect(Number(members?.get(key))).toBe(member);
        }
      }),
    );
  });
});

describe('readNdjsonRow', () => {
  test('reads the wire fields of a trade, numbers as text', () => {
    const line =
      '{"schema_version":"v1.0","source":"mexc","symbol":"BTCUSDT","ts_ms":1735574400000,' +
      '"price":70476.810,"trade_qty":"0.00014501","side":"buy","trade_id":77}';
    expect(readNdjsonRow(line)).toEqual({
      kind: 'TradeObserved',
      venue: 'mexc',
      symbol: 'BTCUSDT',
      price: '70476.810',
      qty: '0.00014501',
      side: 'buy',
      tradeId: '77',
      tsMs: 1_735_574_400_000,
      receivedAtMs: 0,
    });
  });

  test('gives an empty row for a line that is no object', () => {
    expect(readNdjsonRow('{"symbol":"BTC')).toMatchObject({ symbol: '', price: '', tsMs: null });
  });

  test('names what a line lacks', () => {
    expect(missingMembers('{"symbol":"X","qty":1}')).toEqual(['ts_ms', 'price']);
    expect(missingMembers('{"ts_ms":1,"symbol":"X","price":1}')).toEqual(['qty']);
    expect(missingMembers('[]')).toBeNull();
  });
});

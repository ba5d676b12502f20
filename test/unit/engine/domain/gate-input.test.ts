import { describe, expect, test } from 'vitest';
import {
  isExactObject,
  readExactJson,
  type ExactObject,
} from '../../../../src/engine/domain/exact-json.js';
import { readGateInput } from '../../../../src/engine/domain/gate-input.js';

function record(text: string): ExactObject {
  const read = readExactJson(text, { depthMax: 9, charsMax: 9_999, nonFinite: true });
  if (!read.ok || !isExactObject(read.value)) throw new Error(text);
  return read.value;
}

function volume(json: string): number | null {
  return readGateInput(record(`{"signal":{"volume_15m":${json}}}`)).volume15m;
}

function regimeId(json: string): number | null {
  return readGateInput(record(`{"market_state":{"regime_id":${json}}}`)).regimeId;
}

describe('readGateInput', () => {
  // As the reference's float() reads them.
  test.each([
    ['1', 1],
    ['1.5', 1.5],
    ['-0.0', -0],
    ['"1.5"', 1.5],
    ['" 5\\u2003"', 5],
    ['"\\u001c2\\u0085"', 2],
    ['"+.5"', 0.5],
    ['"1."', 1],
    ['"1e3"', 1000],
    ['"1_000.5_0e1_0"', 10005000000000],
    ['"\\uff11\\u0663"', 13],
    ['123456789012345678901234567890', 123456789012345680000000000000],
  ])('reads %s as a number', (json, value) => {
    expect(volume(json)).toBe(value);
  });

  test.each([
    'null',
    'true',
    'false',
    '""',
    '"  "',
    '"abc"',
    '"0x10"',
    '"1__0"',
    '"_1"',
    '"1_"',
    '"1_.5"',
    '"1e_5"',
    '"."',
    '"--1"',
    '"1e400"',
    '"nan"',
    '"Infinity"',
    '"\\ufeff2"',
    '"\\u00b2"',
    'NaN',
    '-Infinity',
    '[]',
    '{}',
    '[1]',
    '9'.repeat(400),
  ])('counts %s as missing', (json) => {
    expect(volume(json)).toBeNull();
  });

  test('wants whole numbers where integers belong', () => {
    for (const json of ['1', '1.0', '"1"', '"1.0"', '"1e0"']) expect(regimeId(json)).toBe(1);
    for (const json of ['1.5', '"0.5"', 'true', 'null', '"x"']) expect(regimeId(json)).toBeNull();
    expect(regimeId('-0.0')).toBe(0);
  });

  test('counts members that are no objects as missing', () => {
    const values = readGateInput(record('{"signal":[1],"market_state":"x","now_ms":"7"}'));
    expect(Object.entries(values).filter(([, value]) => value !== null)).toEqual([['nowMs', 7]]);
  });

  test('takes anything but null as a symbol', () => {
    const symbol = (json: string) => readGateInput(record(`{"signal":{"symbol":${json}}}`)).symbol;
    expect(['"X"', '""', 'null', '0', 'false'].map(symbol)).toEqual(['X', '', null, '0', 'False']);
  });
});

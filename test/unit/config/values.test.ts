import { describe, expect, test } from 'vitest';
import {
  readBytes,
  readDurationMs,
  readInteger,
  readList,
  readSpeed,
} from '../../../src/config/values.js';

describe('readDurationMs', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['8h', 28_800_000],
    ['2d', 172_800_000],
  ])('reads %s', (text, value) => {
    expect(readDurationMs(text)).toEqual({ ok: true, value });
  });

  test.each(['60', '', 's', '-1s', '1 week', '1e3s', '1s2', 'Infinitys', '1constructor'])(
    'refuses "%s" and asks for the unit',
    (text) => {
      const result = readDurationMs(text);
      expect(result).toEqual({ ok: false, required: expect.stringContaining('with its unit') });
    },
  );
});

test('readBytes knows binary units only', () => {
  expect(readBytes('64MiB')).toEqual({ ok: true, value: 67_108_864 });
  expect(readBytes('64MB').ok).toBe(false);
  expect(readBytes('9999999GiB').ok).toBe(false);
});

test('readSpeed takes a factor or max', () => {
  expect(readSpeed('20x')).toEqual({ ok: true, value: 20 });
  expect(readSpeed('0.5')).toEqual({ ok: true, value: 0.5 });
  expect(readSpeed('max')).toEqual({ ok: true, value: 'max' });
  for (const text of ['0', '-1', 'fast', '100001', '']) expect(readSpeed(text).ok).toBe(false);
});

test('readInteger keeps to its limits', () => {
  expect(readInteger('5', 5, 6)).toEqual({ ok: true, value: 5 });
  for (const text of ['4', '7', '5.0', '0x5', '', ' 5', '1e1']) {
    expect(readInteger(text, 5, 6).ok).toBe(false);
  }
});

test('readList drops blanks', () => {
  expect(readList(' BTCUSDT, ,ETHUSDT,')).toEqual(['BTCUSDT', 'ETHUSDT']);
});

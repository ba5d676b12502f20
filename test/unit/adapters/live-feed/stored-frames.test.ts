import { describe, expect, test } from 'vitest';
import { firstDifference } from '../../../../src/adapters/live-feed/first-difference.js';
import { testStoredFrames } from '../../../../src/adapters/live-feed/stored-frames.js';

describe('testStoredFrames', () => {
  const fault = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  };

  test('names the frame and the field that differ', () => {
    const decoded = {
      channel: 'spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT',
      symbol: 'ETHUSDT',
    };
    expect(fault(() => testStoredFrames('mexc', () => ({ decoded })))).toMatchObject({
      code: 'CDB-E0520',
      exit: 70,
      what: 'cannot trust the decoder of mexc',
      why: 'stored frame "deals_0727": field "decoded.symbol": required "BTCUSDT", got "ETHUSDT"',
    });
  });

  test('shows what is no text either: nothing, and numbers beyond those that JSON has', () => {
    const why = (decode: () => unknown): unknown =>
      (fault(() => testStoredFrames('mexc', decode)) as { why: string }).why;
    expect(why(() => undefined)).toMatch(
      /^stored frame "deals_0727": required \{.*\}, got nothing$/,
    );
    expect(why(() => [2n ** 64n])).toContain('got ["18446744073709551616"]');
  });

  test('does not pass for a venue without stored frames', () => {
    expect(fault(() => testStoredFrames('nowhere', () => null))).toMatchObject({
      code: 'CDB-E0520',
      exit: 70,
      what: 'cannot test the decoder of nowhere',
      why: expect.stringMatching(/^"data.frames.nowhere\.json" is missing$/),
    });
  });
});

describe('firstDifference', () => {
  test.each([
    [{ a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] }, 'a[1].b'],
    [{ a: 1 }, {}, 'a'],
    [{}, { a: 1 }, 'a'],
    [[1], [1, 2], '[1]'],
    [{ a: [] }, { a: {} }, 'a'],
    [{ a: null }, { a: {} }, 'a'],
    [{ a: 1 }, { a: 1n }, 'a'],
    ['x', 'y', ''],
  ])('of %j and %o is at "%s"', (required, current, field) => {
    expect(firstDifference(required, current)?.field).toBe(field);
  });

  test('is none between equal values', () => {
    const value = { a: [1, 'x', null, { b: false }] };
    expect(firstDifference(value, structuredClone(value))).toBeNull();
  });
});

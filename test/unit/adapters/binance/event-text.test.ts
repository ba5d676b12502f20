import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEventText } from '../../../../src/adapters/binance/event-text.js';

const TRADE = {
  e: 'trade',
  E: 1723161255343,
  s: 'BTCUSDT',
  t: 3735683259,
  p: '61837.63000000',
  q: '0.02000000',
  T: 1723161255342,
  m: true,
  M: true,
};
const read = (value: object): unknown => readEventText(JSON.stringify(value));
const combined = (stream: string, data: unknown): unknown => read({ stream, data });
const unreadable = (why: string): object => ({
  kind: 'unreadable',
  why: expect.stringContaining(why),
});

describe('a trade', () => {
  const message = {
    kind: 'trades',
    symbol: 'BTCUSDT',
    sentAtMs: 1723161255343,
    trades: [
      {
        price: '61837.63000000',
        qty: '0.02000000',
        side: 'sell',
        tradeId: '3735683259',
        tsMs: 1723161255342,
      },
    ],
  };
  const changed = (change: object): unknown => read({ ...TRADE, ...change });

  test('reads raw and combined', () => {
    expect(read(TRADE)).toEqual(message);
    expect(combined('btcusdt@trade', TRADE)).toEqual(message);
  });

  test('has the side of the taker, never a side that nobody named', () => {
    expect(changed({ m: false })).toMatchObject({ trades: [{ side: 'buy' }] });
    for (const m of [undefined, null, 0, 'true']) {
      expect(changed({ m })).toMatchObject({ trades: [{ side: 'unknown' }] });
    }
  });

  test('keeps every digit of its id', () => {
    const text = JSON.stringify(TRADE).replace('3735683259', '12345678901234567890');
    expect(readEventText(text)).toMatchObject({ trades: [{ tradeId: '12345678901234567890' }] });
  });

  test.each([undefined, null, -1, 1.5, '17', true])('has no id where that is %j', (t) => {
    expect(changed({ t })).toMatchObject({ kind: 'trades', trades: [{ tradeId: null }] });
  });

  test('has its time in ms, also where the venue sends microseconds', () => {
    expect(changed({ T: 1723161255342999, E: 1723161255343001 })).toMatchObject({
      sentAtMs: 1723161255343,
      trades: [{ tsMs: 1723161255342 }],
    });
    // A time in seconds stays one, so that the core refuses it.
    expect(changed({ T: 1723161255 })).toMatchObject({ trades: [{ tsMs: 1723161255 }] });
  });

  test.each([undefined, null, '1723161255342', 1.5, 2 ** 60])(
    'has no time where that is %j',
    (T) => {
      expect(changed({ T, E: T })).toMatchObject({ sentAtMs: null, trades: [{ tsMs: null }] });
    },
  );

  test('is refused without a symbol', () => {
    expect(changed({ s: undefined })).toEqual(unreadable('without a symbol'));
    expect(changed({ s: '' })).toEqual(unreadable('without a symbol'));
  });

  test.each([{ p: 61837.63 }, { q: 1 }, { p: undefined }, { q: null }])(
    'is refused with %j',
    (change) => {
      expect(changed(change)).toEqual(unreadable('price or quantity is no text'));
    },
  );
});

describe('other events', () => {
  test.each(['aggTrade', 'kline', 'depthUpdate', '24hrTicker'])('%s is data', (e) => {
    const message = { kind: 'data', symbol: 'BTCUSDT', sentAtMs: 1723161255343 };
    expect(read({ ...TRADE, e })).toEqual(message);
    expect(combined(`btcusdt@${e}`, { ...TRADE, e })).toEqual(message);
  });

  test.each([
    ['btcusdt@bookTicker', { u: 1, s: 'BTCUSDT', b: '1', B: '1', a: '2', A: '1' }, 'BTCUSDT'],
    ['btcusdt@depth5', { lastUpdateId: 1, bids: [], asks: [] }, 'BTCUSDT'],
    ['!miniTicker@arr', [{ e: '24hrMiniTicker' }], null],
  ])('of %s without a type are data', (stream, data, symbol) => {
    expect(combined(stream, data)).toEqual({ kind: 'data', symbol, sentAtMs: null });
  });

  test('a raw book ticker is data', () => {
    const ticker = { u: 1, s: 'BTCUSDT', b: '1', B: '1', a: '2', A: '1' };
    expect(read(ticker)).toEqual({ kind: 'data', symbol: 'BTCUSDT', sentAtMs: null });
  });

  test('an announced shutdown closes, wherever it stands', () => {
    const event = { e: 'serverShutdown', E: 1723161255343 };
    for (const value of [event, { stream: 'btcusdt@trade', data: event }, { event }]) {
      expect(read(value)).toEqual({ kind: 'closing', why: expect.stringContaining('maintenance') });
    }
  });

  test('those of accounts, which have symbols too, are nothing', () => {
    const path = join(import.meta.dirname, '../../../fixtures/vectors/binance-spot-json.json');
    const { bodies } = JSON.parse(readFileSync(path, 'utf8')) as { bodies: Record<string, object> };
    const events = Object.entries(bodies).filter(([name]) => name.startsWith('user_data_json/'));
    expect(events).toHaveLength(6);
    for (const [, event] of events) expect(read(event)).toEqual({ kind: 'nothing' });
  });
});

describe('answers', () => {
  test.each([
    { result: null, id: 1 },
    { result: ['btcusdt@trade'], id: 2 },
    { lastUpdateId: 1, bids: [], asks: [] },
  ])('%j are nothing', (answer) => {
    expect(read(answer)).toEqual({ kind: 'nothing' });
  });

  test.each([
    [{ code: 2, msg: 'Invalid request', id: 1 }, 'error 2: Invalid request'],
    [{ error: { code: -1121, msg: 'Invalid symbol.' }, id: 1 }, 'error -1121: Invalid symbol.'],
    [{ error: 'no', id: 1 }, 'error'],
  ])('%j accept nothing', (answer, why) => {
    expect(read(answer)).toEqual({ kind: 'answered', accepted: [], rejected: [], why });
  });
});

describe('what is no event', () => {
  test.each([
    ['Service unavailable', 'no JSON'],
    ['{"stream":"btcusdt@trade","data":{"e":"trade"', 'the text ends early'],
    ['[]', 'no JSON object'],
    ['{}', 'no event: "{}"'],
    ['{"stream":"btcusdt@trade","data":1}', 'a stream without data'],
    ['{"stream":"btcusdt@trade"}', 'no event'],
  ])('%j is unreadable', (text, why) => {
    expect(readEventText(text)).toEqual(unreadable(why));
  });

  test('an empty text is nothing', () => {
    expect(readEventText('')).toEqual({ kind: 'nothing' });
  });
});

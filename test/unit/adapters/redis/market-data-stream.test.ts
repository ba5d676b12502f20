import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  marketDataStream,
  readMarketData,
} from '../../../../src/adapters/redis/market-data-stream.js';

/** Domain reference 2.2. */
const TRADE = {
  schema_version: 'v1.0',
  source: 'mexc',
  symbol: 'BTCUSDT',
  ts_ms: 1735574400000,
  price: '70476.81',
  trade_qty: '0.00014501',
  side: 'buy',
  trade_id: 'a-1',
};

function read(message: unknown) {
  const habits: string[] = [];
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return { message: readMarketData(text, (habit) => habits.push(habit)), habits };
}

function tradeOf(message: unknown) {
  const { message: result, habits } = read(message);
  expect(result).toMatchObject({ kind: 'trades', sentAtMs: null });
  return { habits, ...(result.kind === 'trades' ? result.trades[0] : undefined) };
}

const without = (name: keyof typeof TRADE) =>
  Object.fromEntries(Object.entries(TRADE).filter(([key]) => key !== name));

describe('market_data', () => {
  it('is read as it stands', () => {
    expect(read(TRADE)).toEqual({
      habits: [],
      message: {
        kind: 'trades',
        symbol: 'BTCUSDT',
        sentAtMs: null,
        trades: [
          {
            price: '70476.81',
            qty: '0.00014501',
            side: 'buy',
            tradeId: 'a-1',
            tsMs: 1735574400000,
            venue: 'mexc',
          },
        ],
      },
    });
  });

  it('is read with further members, in any order', () => {
    const more = { volume: 1.5, pct_change: null, open: '1', interval: '100ms', foreign: [{}] };
    expect(tradeOf({ ...more, ...TRADE })).toMatchObject({ price: '70476.81', habits: [] });
  });

  it.each([
    ['the old name of the quantity', { ...without('trade_qty'), qty: '2' }, { qty: '2' }, ['qty']],
    ['numbers', { ...TRADE, price: 70476.81 }, { price: '70476.81' }, ['number']],
    ['whole numbers', { ...TRADE, trade_qty: 2 }, { qty: '2' }, ['number']],
    ['tiny numbers', { ...TRADE, trade_qty: 1.5e-7 }, { qty: '0.00000015' }, ['number']],
    ['numbers that are next to nothing', { ...TRADE, trade_qty: 1e-30 }, { qty: '0' }, ['number']],
    ['an id that is a number', { ...TRADE, trade_id: 77 }, { tradeId: '77' }, ['number']],
    ['no schema_version', without('schema_version'), {}, ['no version']],
  ])('is read from older publishers: %s', (_, message, expected, habits) => {
    expect(tradeOf(message)).toMatchObject({ ...expected, habits });
  });

  it('has both names of the quantity: the one of the schema counts', () => {
    expect(tradeOf({ ...TRADE, qty: '9' })).toMatchObject({ qty: '0.00014501', habits: [] });
  });

  it.each([
    ['a source', { ...TRADE, source: 'binance' }, { venue: 'binance' }],
    ['a venue only', { ...without('source'), venue: 'bybit' }, { venue: 'bybit' }],
    ['neither', without('source'), { venue: 'redis' }],
    ['a source that is no name', { ...TRADE, source: 'x'.repeat(99) }, { venue: 'redis' }],
    ['no id', without('trade_id'), { tradeId: null }],
    ['an empty id', { ...TRADE, trade_id: '' }, { tradeId: null }],
    ['an unknown side', { ...TRADE, side: 'BUY!' }, { side: 'unknown' }],
    ['no time', without('ts_ms'), { tsMs: null }],
    ['a time in text', { ...TRADE, ts_ms: '1735574400000' }, { tsMs: 1735574400000 }],
    ['a time that is none', { ...TRADE, ts_ms: 1.5 }, { tsMs: null }],
    ['a time before all time', { ...TRADE, ts_ms: -1 }, { tsMs: null }],
    ['a time in hexadecimal', { ...TRADE, ts_ms: '0x10' }, { tsMs: null }],
    ['a price that the door refuses', { ...TRADE, price: 'NaN' }, { price: 'NaN' }],
  ])('is a trade with %s', (_, message, expected) => {
    expect(tradeOf(message)).toMatchObject(expected);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '\u001b]0;title\u0007'],
    ['no object', '[1]'],
    ['bare NaN', JSON.stringify(TRADE).replace('"70476.81"', 'NaN')],
    ['another version', { ...TRADE, schema_version: 'v2.0' }],
    ['a version that is a number', { ...TRADE, schema_version: 1 }],
    ['no symbol', without('symbol')],
    ['an empty symbol', { ...TRADE, symbol: '' }],
    ['a megabyte of symbol', { ...TRADE, symbol: 'x'.repeat(1_000_000) }],
    ['no price', without('price')],
    ['a price that is none', { ...TRADE, price: null }],
    ['a megabyte of price', { ...TRADE, price: '1'.repeat(1_000_000) }],
    ['no quantity', without('trade_qty')],
    ['an id that is none', { ...TRADE, trade_id: {} }],
    ['an endless id', { ...TRADE, trade_id: 'x'.repeat(500) }],
  ])('cannot be read: %s', (_, message) => {
    const { message: result, habits } = read(message);
    expect(result.kind).toBe('unreadable');
    expect(habits).toEqual([]);
    // Nothing of it reaches a terminal as it came, and not all of it.
    const why = result.kind === 'unreadable' ? result.why : '';
    expect(why).not.toMatch(/[\p{C}]/u);
    expect(why.length).toBeLessThan(300);
  });

  it('never throws, whatever comes', () => {
    const values = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(TRADE)));
    const names = fc.constantFrom(...Object.keys(TRADE), 'qty', 'venue', '__proto__');
    const objects = fc.dictionary(names, values).map((message) => JSON.stringify(message));
    const cut = fc.tuple(objects, fc.nat()).map(([text, at]) => text.slice(0, at % 200));
    fc.assert(
      fc.property(fc.oneof(fc.string(), objects, cut), (text) => {
        const { message } = read(text);
        expect(['trades', 'unreadable']).toContain(message.kind);
      }),
    );
  });

  it('keeps every text of a message of the schema', () => {
    const amount = fc.stringMatching(/^\d{1,9}(\.\d{1,12})?$/);
    const name = fc.string({ minLength: 1, maxLength: 64 });
    fc.assert(
      fc.property(amount, amount, name, name, (price, trade_qty, symbol, source) => {
        const { message } = read({ ...TRADE, price, trade_qty, symbol, source });
        expect(message).toMatchObject({
          symbol,
          trades: [{ price, qty: trade_qty, venue: source }],
        });
      }),
    );
  });

  it('tells of each old habit once', () => {
    const notices: string[] = [];
    const stream = marketDataStream((text) => notices.push(text));
    const old = JSON.stringify({ ...without('schema_version'), price: 1 });
    for (let times = 0; times < 3; times += 1) expect(stream.readText(old).kind).toBe('trades');
    expect(notices).toEqual([
      expect.stringContaining('has no schema_version'),
      expect.stringContaining('has numbers where the schema wants texts'),
    ]);
  });
});

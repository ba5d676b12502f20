import { describe, expect, test } from 'vitest';
import { mexcStream } from '../../../../src/adapters/mexc/mexc-stream.js';
import { CAPTURED, GENERATED, MALFORMED, frameBytes } from './frame-vectors.js';
import { WRAPPER } from '../../../fakes/mexc/mexc-schema.js';

const stream = mexcStream();
const DEALS = 'spot@public.aggre.deals.v3.api.pb@100ms';

function encoded(frame: object): Uint8Array {
  return WRAPPER.encode(WRAPPER.fromObject(frame)).finish();
}

describe('mexcStream asks', () => {
  test('at /ws below the base URL', () => {
    expect(stream.socketUrl('wss://wbs-api.mexc.com', ['BTCUSDT'])).toBe(
      'wss://wbs-api.mexc.com/ws',
    );
    expect(stream.socketUrl('ws://127.0.0.1:9/', [])).toBe('ws://127.0.0.1:9/ws');
  });

  test('for the trades of all symbols at once, in upper case', () => {
    expect(stream.subscribeTexts(['btcusdt', '龙虾USDT'])).toEqual([
      `{"method":"SUBSCRIPTION","params":["${DEALS}@BTCUSDT","${DEALS}@龙虾USDT"],"id":1}`,
    ]);
    expect(stream.subscribeTexts([])).toEqual([]);
  });

  test('within the limits of the venue', () => {
    expect(stream).toMatchObject({
      venue: 'mexc',
      contiguousTradeIds: false,
      symbolsPerConnectionMax: 30,
      keepAlive: { text: '{"method":"PING"}', everyMs: 15_000 },
    });
  });
});

describe('mexcStream reads', () => {
  test('captured deals with price and quantity as sent', () => {
    expect(stream.readBinary(frameBytes('deals_0727'))).toEqual({
      kind: 'trades',
      symbol: 'BTCUSDT',
      sentAtMs: 1785141192390,
      trades: [
        {
          price: '65219.38',
          qty: '0.14191302',
          side: 'sell',
          tradeId: '710342948650209282X0_710342948650209281X0',
          tsMs: 1785141192354,
        },
        {
          price: '65219.38',
          qty: '0.14340664',
          side: 'buy',
          tradeId: '710342948662792192X0_710342948662792193X0',
          tsMs: 1785141192357,
        },
      ],
    });
  });

  test.each([
    [
      'deals without trade id',
      {
        trades: [
          { tradeId: null, side: 'buy' },
          { tradeId: null, side: 'sell' },
        ],
      },
    ],
    ['deals, unknown trade type', { trades: [{ side: 'unknown' }] }],
    ['deals, no deal at all', { symbol: 'ETHUSDT', trades: [] }],
    ['symbol that is not ASCII', { symbol: '龙虾USDT', trades: [{ price: '0.000000012345' }] }],
    ['unknown fields before the known ones', { symbol: 'ETHUSDT', trades: [{ side: 'buy' }] }],
    ['fields in reverse order', { symbol: 'ETHUSDT', trades: [{ side: 'buy' }] }],
  ])('%s', (name, message) => {
    expect(stream.readBinary(frameBytes(name))).toMatchObject({ kind: 'trades', ...message });
  });

  test('a trade without anything in it as one without anything, never as a sale', () => {
    const frame = encoded({ symbol: 'BTCUSDT', publicAggreDeals: { deals: [{}] } });
    expect(stream.readBinary(frame)).toEqual({
      kind: 'trades',
      symbol: 'BTCUSDT',
      sentAtMs: null,
      trades: [{ price: '', qty: '', side: 'unknown', tradeId: null, tsMs: null }],
    });
  });

  test.each([0, -1, 3, 2 ** 31 - 1])('trade type %i as an unknown side', (tradeType) => {
    const frame = encoded({ symbol: 'BTCUSDT', publicAggreDeals: { deals: [{ tradeType }] } });
    expect(stream.readBinary(frame)).toMatchObject({ trades: [{ side: 'unknown' }] });
  });

  test('a time of 0 as none, as protobuf means it', () => {
    const frame = encoded({
      symbol: 'BTCUSDT',
      sendTime: 0,
      publicAggreDeals: { deals: [{ time: 0 }] },
    });
    expect(stream.readBinary(frame)).toMatchObject({ sentAtMs: null, trades: [{ tsMs: null }] });
  });

  test('a time that no number holds as none', () => {
    const frame = encoded({
      symbol: 'BTCUSDT',
      sendTime: '9223372036854775807',
      publicAggreDeals: { deals: [{ time: '9007199254740992' }] },
    });
    expect(stream.readBinary(frame)).toMatchObject({ sentAtMs: null, trades: [{ tsMs: null }] });
  });

  test('the symbol from the channel where the wrapper has none', () => {
    const body = { publicAggreDeals: { deals: [{ price: '1' }] } };
    const channel = `${DEALS}@BTCUSDT`;
    expect(stream.readBinary(encoded({ channel, ...body }))).toMatchObject({ symbol: 'BTCUSDT' });
    expect(stream.readBinary(encoded({ channel, symbol: 'ETHUSDT', ...body }))).toMatchObject({
      symbol: 'ETHUSDT',
    });
  });

  test.each([undefined, '', DEALS, `${DEALS}@`, 'BTCUSDT'])(
    'trades of nobody in the channel %j as unreadable',
    (channel) => {
      const frame = encoded({
        ...(channel !== undefined && { channel }),
        publicAggreDeals: { deals: [{ price: '1' }] },
      });
      expect(stream.readBinary(frame)).toEqual({
        kind: 'unreadable',
        why: 'trades without a symbol',
      });
    },
  );
});

describe('mexcStream takes', () => {
  test.each([
    ['bt_0923', { symbol: 'BTCUSDT', sentAtMs: 1790145447239 }],
    ['kline_0925b', { symbol: 'BTCUSDT', sentAtMs: null }],
    ['kline', { symbol: 'BTCUSDT', sentAtMs: null }],
    ['depth, one side empty', { symbol: 'BTCUSDT', sentAtMs: 1790145447000 }],
  ])('%s for data', (name, message) => {
    expect(stream.readBinary(frameBytes(name))).toEqual({ kind: 'data', ...message });
  });

  test.each([
    ['spot@public.kline.v3.api.pb@BTCUSDT@Min1', 'BTCUSDT'],
    ['spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT', 'BTCUSDT'],
    ['spot@public.miniTicker.v3.api.pb@BTCUSDT@UTC+8', 'BTCUSDT'],
    ['spot@public.miniTickers.v3.api.pb@UTC+8', null],
    ['', null],
  ])('%j without a symbol for data of its symbol', (channel, symbol) => {
    const frame = encoded({ channel, publicMiniTickers: {} });
    expect(stream.readBinary(frame)).toEqual({ kind: 'data', symbol, sentAtMs: null });
  });

  test.each(GENERATED.filter(({ name }) => /^(?:order|deal|account)\b/.test(name)))(
    'the private frame "$name" for nothing',
    ({ hex }) => {
      expect(stream.readBinary(Buffer.from(hex, 'hex'))).toEqual({ kind: 'nothing' });
    },
  );

  test('a frame without a body that it knows for unreadable, because data may have moved', () => {
    expect(stream.readBinary(encoded({ channel: `${DEALS}@BTCUSDT` }))).toEqual({
      kind: 'unreadable',
      why: 'no body that this build of cdb knows',
    });
  });

  test.each(MALFORMED)('"$name" for what it is', ({ hex, expect: expected }) => {
    const message = stream.readBinary(Buffer.from(hex, 'hex'));
    expect(message.kind).toBe(expected === 'reject' ? 'unreadable' : 'nothing');
  });

  test('no captured or generated frame for unreadable', () => {
    const kinds = [...CAPTURED, ...GENERATED].map(
      ({ hex }) => stream.readBinary(Buffer.from(hex, 'hex')).kind,
    );
    expect(kinds).not.toContain('unreadable');
  });
});

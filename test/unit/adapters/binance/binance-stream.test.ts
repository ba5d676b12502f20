import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { binanceStream } from '../../../../src/adapters/binance/binance-stream.js';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const stream = binanceStream();

const lines = (path: string): readonly string[] =>
  gunzipSync(readFileSync(join(FIXTURES, path)))
    .toString()
    .trimEnd()
    .split('\n');

describe('binanceStream asks', () => {
  test('for the trades of all symbols in the address, in lower case', () => {
    const base = 'wss://data-stream.binance.vision';
    const url = `${base}/stream?streams=btcusdt@trade/ethusdt@trade`;
    expect(stream.socketUrl(base, ['BTCUSDT', 'ethusdt'])).toBe(url);
    expect(stream.socketUrl(`${base}/`, ['BTCUSDT', 'ethusdt'])).toBe(url);
    expect(stream.socketUrl('ws://127.0.0.1:9', ['币安USDT'])).toBe(
      'ws://127.0.0.1:9/stream?streams=%E5%B8%81%E5%AE%89usdt@trade',
    );
    expect(stream.subscribeTexts(['BTCUSDT'])).toEqual([]);
  });

  test('within its limits, and pings nobody', () => {
    expect(stream).toMatchObject({
      venue: 'binance',
      contiguousTradeIds: true,
      symbolsPerConnectionMax: 200,
      keepAlive: null,
    });
  });
});

describe('binanceStream reads', () => {
  test('a captured session as the trades that were taken from it elsewhere', () => {
    const texts = lines('captures/binance-spot-btcusdt-ws-20240808-head.txt.gz').map((line) =>
      line.slice(line.indexOf(' ') + 1),
    );
    const messages = texts.map((text) => stream.readText(text));
    const rows = messages.flatMap((message) =>
      message.kind === 'trades'
        ? message.trades.map((trade) =>
            [trade.tsMs, message.symbol, trade.price, trade.qty, trade.side, trade.tradeId].join(
              ',',
            ),
          )
        : [],
    );
    expect(rows).toEqual(lines('trades/binance-spot-btcusdt-20240808.csv.gz').slice(1, 677));
    const others = messages.map(({ kind }) => kind).filter((kind) => kind !== 'trades');
    expect(others.filter((kind) => kind === 'data')).toHaveLength(3_323);
    expect(others.filter((kind) => kind !== 'data')).toEqual(['nothing']);
  });

  test('no binary frame but an empty one', () => {
    expect(stream.readBinary(new Uint8Array())).toEqual({ kind: 'nothing' });
    expect(stream.readBinary(Buffer.from('{}'))).toEqual({
      kind: 'unreadable',
      why: 'a binary frame of 2 bytes',
    });
  });
});

import ccxt from 'ccxt';
import { afterEach, describe, expect, test } from 'vitest';
import { startFakeMexc, type FakeMexc, type FakeMexcOptions } from '../../fakes/mexc/fake-mexc.js';
import { TRADE_FILES } from '../../fakes/venue/trade-files.js';
import { createStandingClock } from '../../fakes/venue/venue-clock.js';
import { eventually } from './plain-client.js';

let fake: FakeMexc;

afterEach(async () => {
  await fake.close();
});

/** Five minutes of the recording lie behind; time stands. */
async function begin(options: FakeMexcOptions = {}): Promise<void> {
  fake = await startFakeMexc({
    clock: createStandingClock(1_790_000_040_000),
    historyMs: 300_000,
    symbols: ['BTCUSDT', 'ETHUSDT', 'MXUSDT'],
    trades: { from: 'file', path: TRADE_FILES.fourStreams },
    closedSymbols: ['ETHUSDT'],
    ...options,
  });
}

async function get(path: string): Promise<{ status: number; body: unknown; headers: Headers }> {
  const response = await fetch(fake.restUrl + path);
  const text = await response.text();
  const json = response.headers.get('content-type') === 'application/json';
  return {
    status: response.status,
    headers: response.headers,
    body: json ? (JSON.parse(text) as unknown) : text,
  };
}

function foreignClient() {
  const exchange = new ccxt.mexc({ enableRateLimit: false });
  const { api } = exchange.urls as unknown as { api: { spot: { public: string } } };
  api.spot.public = fake.restUrl;
  // Futures are another service.
  exchange.fetchSwapMarkets = async () => [];
  return exchange;
}

describe('fake MEXC REST, asked by ccxt', () => {
  test('tells time, markets, trades, book and candles', async () => {
    await begin();
    const exchange = foreignClient();
    expect(await exchange.fetchTime()).toBe(1_790_000_040_000);
    const markets = await exchange.loadMarkets();
    expect(Object.keys(markets)).toEqual(['BTC/USDT', 'MX/USDT', 'ETH/USDT']);
    expect(markets['BTC/USDT']).toMatchObject({
      active: true,
      precision: { amount: 1e-8, price: 0.01 },
      limits: { cost: { min: 1, max: 2_000_000 } },
    });
    expect(markets['ETH/USDT']?.active).toBe(false);
    for (const fetchTradesMethod of ['spotPublicGetAggTrades', 'spotPublicGetTrades']) {
      exchange.options['fetchTradesMethod'] = fetchTradesMethod;
      const trades = await exchange.fetchTrades('BTC/USDT', undefined, 100);
      expect(trades).toHaveLength(100);
      const times = trades.map(({ timestamp }) => timestamp ?? 0);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.at(-1)).toBeLessThanOrEqual(fake.clock.nowMs());
      expect(times.at(-1)).toBeGreaterThan(fake.clock.nowMs() - 5000);
    }
    const book = await exchange.fetchOrderBook('BTC/USDT', 5);
    expect(book.bids).toHaveLength(5);
    expect(Number(book.asks[0]?.[0]) - Number(book.bids[0]?.[0])).toBeCloseTo(0.01, 6);
    const candles = await exchange.fetchOHLCV('BTC/USDT', '1m');
    expect(candles.length).toBeGreaterThanOrEqual(5);
    for (const [, open, high, low, close] of candles) {
      expect(Number(high)).toBeGreaterThanOrEqual(Math.max(Number(open), Number(close)));
      expect(Number(low)).toBeLessThanOrEqual(Math.min(Number(open), Number(close)));
    }
  });

  test('is understood in its errors', async () => {
    await begin();
    const exchange = foreignClient();
    await exchange.loadMarkets();
    await expect(exchange.fetchTrades('ETH/USDT')).rejects.toThrow(ccxt.BadSymbol);
    fake.fault({ kind: 'rest-status', status: 429 });
    await expect(exchange.fetchTime()).rejects.toThrow(ccxt.RateLimitExceeded);
    await fake.endFault('all');
    fake.fault({ kind: 'rest-status', status: 503 });
    await expect(exchange.fetchTime()).rejects.toThrow(ccxt.ExchangeNotAvailable);
    await fake.endFault('all');
    fake.fault({ kind: 'rest-silent' });
    exchange.timeout = 200;
    await expect(exchange.fetchTime()).rejects.toThrow(ccxt.RequestTimeout);
  });
});

describe('fake MEXC REST', () => {
  test('ping, default symbols, tickers', async () => {
    await begin();
    expect((await get('/api/v3/ping')).body).toEqual({});
    expect((await get('/api/v3/defaultSymbols')).body).toEqual({
      code: 200,
      data: ['BTCUSDT', 'MXUSDT'],
      msg: null,
    });
    expect((await get('/api/v3/ticker/price?symbol=BTCUSDT')).body).toEqual({
      symbol: 'BTCUSDT',
      price: expect.stringMatching(/^61\d{3}(?:\.\d+)?$/) as string,
    });
    expect((await get('/api/v3/ticker/bookTicker')).body).toHaveLength(2);
    expect(fake.restRequests().map(({ path }) => path)).toContain(
      '/api/v3/ticker/price?symbol=BTCUSDT',
    );
  });

  test('trades newest first and without id', async () => {
    await begin();
    const { body } = await get('/api/v3/trades?symbol=BTCUSDT&limit=2');
    const [newest, older] = body as { time: number; id: null; tradeType: string }[];
    expect(newest).toMatchObject({ id: null, isBestMatch: true });
    expect(newest?.time).toBeGreaterThanOrEqual(older?.time ?? Infinity);
    expect((await get('/api/v3/trades?symbol=BTCUSDT&limit=5000')).body).toHaveLength(1000);
    expect((await get('/api/v3/trades?symbol=BTCUSDT')).body).toHaveLength(500);
  });

  test('candles of eight columns that end where the next begins', async () => {
    await begin();
    const { body } = await get('/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=3');
    const rows = body as (number | string)[][];
    expect(rows.map((row) => row.length)).toEqual([8, 8, 8]);
    expect(rows.slice(0, -1).map((row) => row[6])).toEqual(rows.slice(1).map((row) => row[0]));
    const from = Number(rows[1]?.[0]);
    const later = await get(`/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=${from}`);
    expect(later.body).toEqual(rows.slice(1));
    expect((await get('/api/v3/klines?symbol=BTCUSDT&interval=1h')).body).toEqual({
      code: -1121,
      msg: 'Invalid interval.',
    });
  });

  test.each([
    ['/api/v3/trades?symbol=ETHUSDT', 10007, 'symbol not support api'],
    ['/api/v3/depth?symbol=btcusdt', 10007, 'bad symbol'],
    ['/api/v3/exchangeInfo?symbols=BTCUSDT,NOUSDT', 10007, 'bad symbol'],
    ['/api/v3/klines?interval=1m', 700_004, "Mandatory parameter 'symbol' was not sent"],
    [
      '/api/v3/aggTrades?symbol=BTCUSDT&startTime=1',
      -1128,
      'Combination of optional parameters invalid.',
    ],
  ])('%s is refused with %d', async (path, code, msg) => {
    await begin();
    expect(await get(path)).toMatchObject({ status: 400, body: { code, msg } });
  });

  test('faults: HTML 403, 429 with Retry-After, only where told', async () => {
    await begin();
    fake.fault({ kind: 'rest-status', status: 403, path: '/api/v3/trades' });
    const refused = await get('/api/v3/trades?symbol=BTCUSDT');
    expect(refused.status).toBe(403);
    expect(refused.body).toBe(
      '<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n</BODY>\n</HTML>\n',
    );
    expect((await get('/api/v3/ping')).status).toBe(200);
    await fake.endFault('all');
    fake.fault({ kind: 'rest-status', status: 429, retryAfterSeconds: 7 });
    const limited = await get('/api/v3/ping');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
  });

  test('faults: a slow answer comes when its time has come', async () => {
    await begin({ tickMs: 0 });
    fake.fault({ kind: 'rest-slow', delayMs: 3000 });
    let answered = false;
    const asked = get('/api/v3/ping').then(() => (answered = true));
    await eventually(() => {
      fake.clock.advance(10);
      fake.tick();
      return answered;
    }, 'the answer');
    const [request] = fake.restRequests();
    expect((request?.answer?.atMs ?? 0) - (request?.atMs ?? 0)).toBe(3000);
    await asked;
  });
});

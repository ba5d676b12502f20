import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mexcOpenOrders } from '../../../src/adapters/mexc/open-orders.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { startFakeMexc, type FakeMexc, type FakeMexcOptions } from '../../fakes/mexc/fake-mexc.js';

const KEY = { apiKey: 'mx0testkey', apiSecret: '45d0b3c26f2644f19bfb98b07741b2f5' };
const ORDERS = [
  { orderId: 'C02__385413065019117569043', symbol: 'BTCUSDT' },
  { orderId: '129402018493145088', symbol: 'BTCUSDT' },
  { orderId: 'C02__1', symbol: 'ETHUSDT' },
];
const PATH = '/api/v3/openOrders';
const ERRORS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/vectors/mexc-errors.json'), 'utf8'),
) as { errors: readonly { status: number; body: string; expect: string }[] };

let fake: FakeMexc;
beforeEach(() => begin());
afterEach(() => fake.close());

async function begin(options: FakeMexcOptions = {}): Promise<void> {
  fake = await startFakeMexc({
    trades: { from: 'nothing' },
    symbols: ['BTCUSDT', 'ETHUSDT'],
    account: { ...KEY, openOrders: ORDERS },
    ...options,
  });
}

async function beginAnew(options: FakeMexcOptions): Promise<void> {
  await fake.close();
  await begin(options);
}

const client = (more: Partial<Parameters<typeof mexcOpenOrders>[0]> = {}) =>
  mexcOpenOrders({
    ...KEY,
    baseUrl: fake.restUrl,
    timeoutMs: 1_000,
    clock: systemClock(),
    ...more,
  });

describe('the fake’s private part, asked by ccxt', () => {
  function foreignClient(secret = KEY.apiSecret) {
    const exchange = new ccxt.mexc({ enableRateLimit: false, apiKey: KEY.apiKey, secret });
    const { api } = exchange.urls as unknown as { api: { spot: Record<string, string> } };
    api.spot = { public: fake.restUrl, private: fake.restUrl };
    return exchange as unknown as Record<
      'spotPrivateGetOpenOrders' | 'spotPrivateDeleteOpenOrders',
      (parameters: object) => Promise<readonly { orderId: string }[]>
    >;
  }

  test('serves another client that signs by itself', async () => {
    const exchange = foreignClient();
    const listed = await exchange.spotPrivateGetOpenOrders({ symbol: 'BTCUSDT' });
    expect(listed.map(({ orderId }) => orderId)).toEqual(ORDERS.slice(0, 2).map((o) => o.orderId));
    await exchange.spotPrivateDeleteOpenOrders({ symbol: 'BTCUSDT' });
    expect(fake.resting()).toEqual(['C02__1']);
  });

  test('refuses a signature of another secret', async () => {
    const exchange = foreignClient('another');
    await expect(exchange.spotPrivateGetOpenOrders({ symbol: 'BTCUSDT' })).rejects.toThrow(
      '700002',
    );
    expect(fake.resting()).toHaveLength(3);
  });
});

describe('open orders at MEXC', () => {
  test('are listed and cancelled by symbol, every request signed', async () => {
    const orders = client();
    expect(await orders.list('BTCUSDT')).toMatchObject({
      kind: 'answered',
      value: [{ orderId: ORDERS[0]?.orderId, status: 'NEW' }, { orderId: ORDERS[1]?.orderId }],
    });
    expect(await orders.cancelAll('BTCUSDT')).toMatchObject({ kind: 'answered' });
    expect(await orders.list('BTCUSDT')).toEqual({ kind: 'answered', value: [] });
    expect(fake.resting()).toEqual(['C02__1']);
    expect(fake.refusals()).toEqual([]);
    for (const { path } of fake.restRequests()) {
      expect(path).toMatch(/&timestamp=\d{13}&signature=[0-9a-f]{64}$/);
    }
  });

  test.each([-90_000, 90_000])(
    'are reached with a clock that is wrong by %s ms',
    async (offset) => {
      await beginAnew({ clockOffsetMs: offset });
      const orders = client();
      expect(await orders.cancelAll('BTCUSDT')).toMatchObject({ kind: 'answered' });
      expect(fake.refusals()).toEqual([expect.stringContaining('700003')]);
      // The offset is kept: the next request is right at once.
      expect(await orders.list('BTCUSDT')).toEqual({ kind: 'answered', value: [] });
      expect(fake.refusals()).toHaveLength(1);
    },
  );

  test('asks once more after a refused time, and not again', async () => {
    const body = '{"code":700003,"msg":"Timestamp for this request is outside of the recvWindow."}';
    fake.fault({ kind: 'rest-error', status: 400, body, path: PATH });
    expect(await client().cancelAll('BTCUSDT')).toMatchObject({ kind: 'refused' });
    const asked = fake.restRequests().map(({ path }) => path.split('?')[0]);
    expect(asked).toEqual([PATH, '/api/v3/time', PATH]);
  });

  test.each(ERRORS.errors.map((one) => [one.expect, one.body.slice(0, 40), one] as const))(
    'an error is the venue’s no: %s %s',
    async (wanted, _, { status, body }) => {
      fake.fault({ kind: 'rest-error', status, body, path: PATH });
      const answer = await client().cancelAll('BTCUSDT');
      expect(answer).toMatchObject({ kind: 'refused', words: expect.stringContaining(wanted) });
      expect(JSON.stringify(answer)).not.toMatch(/HTML|signature=/);
      expect(fake.resting()).toHaveLength(3);
    },
  );

  test('a wrong secret is refused, and no word of it is said', async () => {
    const answer = await client({ apiSecret: 'not-this-one' }).cancelAll('BTCUSDT');
    expect(answer).toMatchObject({ kind: 'refused', words: expect.stringContaining('700002') });
    expect(JSON.stringify(answer)).not.toContain('not-this-one');
  });

  test('a limit says how long to wait', async () => {
    fake.fault({ kind: 'rest-status', status: 429, retryAfterSeconds: 7 });
    const answer = await client().list('BTCUSDT');
    expect(answer).toMatchObject({ kind: 'refused', retryAfterMs: 7_000 });
  });

  test.each([500, 502, 504])('HTTP %s: nobody knows what became of it', async (status) => {
    fake.fault({ kind: 'rest-status', status });
    expect(await client().cancelAll('BTCUSDT')).toMatchObject({ kind: 'unknown' });
  });

  test('a venue that is silent is given up after the time, as unknown', async () => {
    fake.fault({ kind: 'rest-silent' });
    const answer = await client({ timeoutMs: 200 }).cancelAll('BTCUSDT');
    expect(answer).toMatchObject({ kind: 'unknown', words: 'no whole answer within 200 ms' });
  });

  test('an answer that is lost is unknown, though it was carried out', async () => {
    fake.fault({ kind: 'rest-lost' });
    expect(await client().cancelAll('BTCUSDT')).toMatchObject({ kind: 'unknown' });
    expect(fake.resting()).toEqual(['C02__1']);
  });

  test('a venue that is away is unknown', async () => {
    const answer = await client({ baseUrl: 'http://127.0.0.1:1' }).cancelAll('BTCUSDT');
    expect(answer).toMatchObject({ kind: 'unknown', words: 'ECONNREFUSED' });
  });

  test('a page in place of a list is unknown, and is not repeated', async () => {
    fake.fault({ kind: 'rest-error', status: 200, body: '<HTML>signature=abc</HTML>' });
    const answer = await client().list('BTCUSDT');
    expect(answer).toEqual({ kind: 'unknown', words: 'HTTP 200, not listed', retryAfterMs: 0 });
  });
});

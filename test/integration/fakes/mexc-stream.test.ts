import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeMexc, type FakeMexc, type FakeMexcOptions } from '../../fakes/mexc/fake-mexc.js';
import { createStandingClock } from '../../fakes/venue/venue-clock.js';
import {
  connectPlain,
  DEALS,
  eventually,
  subscribeDeals,
  type PlainClient,
} from './plain-client.js';

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];

let fakes: FakeMexc[];
let clients: PlainClient[];

beforeEach(() => {
  fakes = [];
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.end();
  for (const fake of fakes) await fake.close();
});

/** A venue that lives only by `advance` and `tick`, with no trades but the test's. */
async function standing(options: FakeMexcOptions = {}): Promise<FakeMexc> {
  const fake = await startFakeMexc({
    clock: createStandingClock(),
    tickMs: 0,
    trades: { from: 'nothing' },
    ...(options.trades === undefined && { symbols: SYMBOLS }),
    ...options,
  });
  fakes.push(fake);
  return fake;
}

async function connect(fake: FakeMexc): Promise<PlainClient> {
  const client = await connectPlain(fake.wsUrl);
  clients.push(client);
  return client;
}

async function subscribed(fake: FakeMexc, ...symbols: string[]): Promise<PlainClient> {
  const client = await connect(fake);
  subscribeDeals(client, ...symbols);
  await eventually(() => client.texts.length > 0, 'the ack');
  return client;
}

/** Messages of the answers, in order of arrival, once there are so many. */
async function answers(client: PlainClient, count: number): Promise<readonly string[]> {
  await eventually(() => client.texts.length >= count, `${count} answers`);
  return client.texts.map((text) => (JSON.parse(text) as { msg: string }).msg);
}

function liveThrough(fake: FakeMexc, ms: number): void {
  fake.clock.advance(ms);
  fake.tick();
}

function trade(fake: FakeMexc, symbol = 'BTCUSDT', price = '84270.50000000') {
  return fake.trade({ symbol, price, quantity: '0.01000000', side: 'sell' });
}

describe('fake MEXC answers', () => {
  test('a subscription with the channel, a PING with PONG, whatever the case', async () => {
    const client = await connect(await standing());
    client.send({ method: 'SUBSCRIPTION', params: [`${DEALS}BTCUSDT`], id: 7 });
    client.send({ method: 'PING' });
    client.send({ method: 'ping' });
    await answers(client, 3);
    expect(client.texts).toEqual([
      `{"id":7,"code":0,"msg":"${DEALS}BTCUSDT"}`,
      '{"id":0,"code":0,"msg":"PONG"}',
      '{"id":0,"code":0,"msg":"PONG"}',
    ]);
  });

  test('several channels joined by commas in another order', async () => {
    const client = await connect(await standing());
    subscribeDeals(client, 'BTCUSDT', 'ETHUSDT');
    expect(await answers(client, 1)).toEqual([`${DEALS}ETHUSDT,${DEALS}BTCUSDT`]);
  });

  test('with Blocked for everything that is not served, code 0 all the same', async () => {
    const client = await connect(await standing({ closedSymbols: ['ETHUSDT'] }));
    const refused = [
      `${DEALS}btcusdt`,
      `${DEALS}ETHUSDT`,
      'spot@public.deals.v3.api@BTCUSDT',
      'spot@public.kline.v3.api.pb@BTCUSDT@Min2',
      'spot@private.deals.v3.api.pb',
    ];
    client.send({ method: 'SUBSCRIPTION', params: refused });
    subscribeDeals(client, 'BTCUSDT', 'MXUSDT');
    const mixed = `Subscribed successful! [${DEALS}BTCUSDT]. Not Subscribed successfully! [${DEALS}MXUSDT].  Reason： Blocked! `;
    expect(await answers(client, 2)).toEqual([
      `Not Subscribed successfully! [${refused.join(',')}].  Reason： Blocked! `,
      mixed,
    ]);
    expect(client.texts.every((text) => text.startsWith('{"id":0,"code":0,'))).toBe(true);
  });

  test('the 31st subscription of a connection with Blocked, counted over requests', async () => {
    const symbols = Array.from({ length: 31 }, (_, n) => `S${n}USDT`);
    const fake = await standing({ symbols });
    const client = await connect(fake);
    subscribeDeals(client, ...symbols.slice(0, 29));
    // Asking again for what is there takes no further place.
    subscribeDeals(client, 'S0USDT', 'S29USDT', 'S30USDT');
    const [, second] = await answers(client, 2);
    expect(second).toContain(`Not Subscribed successfully! [${DEALS}S30USDT]`);
    expect(fake.connections()[0]?.channels).toHaveLength(30);
    subscribeDeals(client, 'S1USDT');
    client.send({ method: 'UNSUBSCRIPTION', params: [`${DEALS}S0USDT`] });
    subscribeDeals(client, 'S30USDT');
    expect((await answers(client, 5)).slice(2)).toEqual(
      ['S1USDT', 'S0USDT', 'S30USDT'].map((symbol) => DEALS + symbol),
    );
  });

  test('nothing to what it does not understand, and no protocol ping', async () => {
    const fake = await standing();
    const client = await connect(fake);
    let pongs = 0;
    client.socket.on('pong', () => (pongs += 1));
    client.send('{"method":');
    client.send({ method: 'LOGIN' });
    client.socket.ping();
    client.send({ method: 'PING' });
    await answers(client, 1);
    expect(client.texts).toHaveLength(1);
    expect(pongs).toBe(0);
    expect(fake.connections()[0]?.notUnderstood).toBe(2);
  });
});

describe('fake MEXC delivers', () => {
  test('trades in one frame per interval, as they happened', async () => {
    const fake = await standing();
    const client = await subscribed(fake, 'BTCUSDT');
    liveThrough(fake, 110);
    const first = trade(fake);
    fake.clock.advance(3);
    const second = trade(fake, 'BTCUSDT', '84271');
    trade(fake, 'ETHUSDT', '2700');
    fake.tick();
    expect(fake.connections()[0]?.tradesSent).toBe(0);
    liveThrough(fake, 100);
    await eventually(() => client.pushes.length > 0, 'a frame');
    expect(client.pushes).toEqual([
      {
        channel: `${DEALS}BTCUSDT`,
        symbol: 'BTCUSDT',
        sendTime: fake.clock.nowMs(),
        publicAggreDeals: {
          eventType: 'spot@public.aggre.deals.v3.api.pb@100ms',
          deals: [first, second].map(({ price, timeMs, tradeId }) => ({
            price,
            quantity: '0.01',
            tradeType: 2,
            time: timeMs,
            tradeId,
          })),
        },
      },
    ]);
    expect([first.price, second.price, second.timeMs - first.timeMs]).toEqual([
      '84270.5',
      '84271',
      3,
    ]);
    expect(first.tradeId).toMatch(/^\d+X0_\d+X0$/);
  });

  test('no trade from before the subscription', async () => {
    const fake = await standing();
    trade(fake);
    const client = await subscribed(fake, 'BTCUSDT');
    trade(fake, 'BTCUSDT', '90000');
    liveThrough(fake, 100);
    await eventually(() => client.pushes.length > 0, 'a frame');
    expect(client.deals().map(({ price }) => price)).toEqual(['90000']);
  });

  test('no tradeId and no eventType where told so', async () => {
    const fake = await standing({ tradeIds: false, eventType: false });
    const client = await subscribed(fake, 'BTCUSDT');
    trade(fake);
    liveThrough(fake, 100);
    await eventually(() => client.pushes.length > 0, 'a frame');
    const body = client.pushes[0]?.publicAggreDeals;
    expect(body && 'eventType' in body).toBe(false);
    expect(client.deals()[0]).not.toHaveProperty('tradeId');
    expect(fake.deliverable()[0]?.tradeId).toBeNull();
  });

  test('book ticker and candle', async () => {
    const fake = await standing();
    const client = await connect(fake);
    const ticker = 'spot@public.aggre.bookTicker.v3.api.pb@10ms@BTCUSDT';
    const kline = 'spot@public.kline.v3.api.pb@BTCUSDT@Min15';
    client.send({ method: 'SUBSCRIPTION', params: [ticker, kline] });
    await answers(client, 1);
    trade(fake, 'BTCUSDT', '84270.5');
    trade(fake, 'BTCUSDT', '84260');
    liveThrough(fake, 1000);
    await eventually(() => client.pushes.length === 2, 'both frames');
    expect(client.pushes[0]?.publicAggreBookTicker).toMatchObject({
      bidPrice: '84260',
      askPrice: '84260.01',
    });
    const startSeconds = Math.floor(fake.clock.nowMs() / 900_000) * 900;
    expect(client.pushes[1]?.publicSpotKline).toEqual({
      interval: 'Min15',
      windowStart: startSeconds,
      windowEnd: startSeconds + 900,
      openingPrice: '84270.5',
      closingPrice: '84260',
      highestPrice: '84270.5',
      lowestPrice: '84260',
      volume: '0.02',
      amount: '1685.305',
    });
  });

  test('real trades, every one of them and in order, and writes down what it sent', async () => {
    const fake = await startFakeMexc({ speed: 60, tradesBegin: 'first-subscription' });
    fakes.push(fake);
    const client = await subscribed(fake, 'BTCUSDT');
    await eventually(() => client.deals().length >= 500, '500 trades');
    fake.fault({ kind: 'cut' });
    await client.closed;
    const sent = fake.deliverable({ connection: 1, symbol: 'BTCUSDT' });
    expect(client.deals().map(({ tradeId }) => tradeId)).toEqual(
      sent.map(({ tradeId }) => tradeId),
    );
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_, n) => n + 1));
    expect(sent[0]).toMatchObject({ price: '61837.63', quantity: '0.02', side: 'sell' });
    const hostNowMs = Date.now();
    expect(client.deals().every(({ time }) => Math.abs(hostNowMs - time) < 60_000)).toBe(true);
  });

  test('synthetic load: as many frames as asked for', async () => {
    const fake = await standing({
      trades: { from: 'synthetic', symbols: 4, messagesPerSecond: 400, dealsPerMessage: 3 },
    });
    const client = await subscribed(
      fake,
      'LOAD000USDT',
      'LOAD001USDT',
      'LOAD002USDT',
      'LOAD003USDT',
    );
    for (let n = 0; n < 10; n += 1) liveThrough(fake, 100);
    // Those of a second and the one at its very end.
    await eventually(() => client.pushes.length >= 401, 'a second of frames');
    expect(client.pushes.map((push) => push.publicAggreDeals?.deals?.length)).toEqual(
      client.pushes.map(() => 3),
    );
    expect(client.pushes).toHaveLength(401);
    expect(new Set(client.deals().map(({ tradeId }) => tradeId)).size).toBe(1203);
  });
});

describe('fake MEXC drops', () => {
  test('a connection without valid subscription after 30 s', async () => {
    const fake = await standing();
    const idle = await connect(fake);
    const rejected = await subscribed(fake, 'MXUSDT');
    const good = await subscribed(fake, 'BTCUSDT');
    liveThrough(fake, 29_999);
    expect(fake.connections().map(({ ended }) => ended)).toEqual([null, null, null]);
    liveThrough(fake, 1);
    expect(await Promise.all([idle.closed, rejected.closed])).toEqual([1006, 1006]);
    expect(fake.connections()[2]?.ended).toBeNull();
    good.end();
  });

  test('a connection that was emptied, 30 s later', async () => {
    const fake = await standing();
    const client = await subscribed(fake, 'BTCUSDT');
    liveThrough(fake, 29_000);
    client.send({ method: 'UNSUBSCRIPTION', params: [`${DEALS}BTCUSDT`] });
    await answers(client, 2);
    liveThrough(fake, 29_000);
    expect(fake.connections()[0]?.ended).toBeNull();
    liveThrough(fake, 1000);
    await client.closed;
    expect(fake.connections()[0]?.ended).toBe('dropped: no subscription');
  });

  test.each([false, true])('a quiet one after 60 s unless PING keeps it (%s)', async (keeps) => {
    const fake = await standing({ pingKeepsAlive: keeps });
    const client = await subscribed(fake, 'BTCUSDT');
    liveThrough(fake, 30_000);
    trade(fake);
    liveThrough(fake, 30_000);
    liveThrough(fake, 20_000);
    client.send({ method: 'PING' });
    await answers(client, 2);
    liveThrough(fake, 40_000 - 1);
    expect(fake.connections()[0]?.ended).toBeNull();
    liveThrough(fake, 1);
    if (!keeps) await client.closed;
    expect(fake.connections()[0]?.ended).toBe(keeps ? null : 'dropped: no data flows');
    liveThrough(fake, 20_000);
    await client.closed;
  });

  test('every connection after 24 h', async () => {
    const fake = await standing();
    const client = await subscribed(fake, 'BTCUSDT');
    for (let minutes = 0; minutes < 24 * 60 - 1; minutes += 1) {
      trade(fake);
      liveThrough(fake, 60_000 - 1);
      liveThrough(fake, 1);
    }
    expect(fake.connections()[0]?.ended).toBeNull();
    liveThrough(fake, 59_000);
    trade(fake);
    liveThrough(fake, 1000);
    await client.closed;
    expect(fake.connections()[0]?.ended).toBe('dropped: open for too long');
  });

  test('who sends more than 100 messages in a second', async () => {
    const fake = await standing();
    const client = await connect(fake);
    for (let n = 0; n < 100; n += 1) client.send({ method: 'PING' });
    await answers(client, 100);
    client.send({ method: 'PING' });
    await client.closed;
    expect(fake.connections()[0]?.ended).toBe('dropped: too many messages');
  });
});

import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import {
  startFakeBinance,
  type FakeBinance,
  type FakeBinanceOptions,
} from '../../fakes/binance/fake-binance.js';
import { TRADE_FILES } from '../../fakes/venue/trade-files.js';
import { createStandingClock } from '../../fakes/venue/venue-clock.js';
import { eventually } from './plain-client.js';

interface TradeEvent {
  readonly e: string;
  readonly s: string;
  readonly t: number;
  readonly E: number;
  readonly T: number;
}

interface JsonClient {
  readonly socket: WebSocket;
  readonly messages: Record<string, unknown>[];
  readonly closed: Promise<number>;
  trades(symbol?: string): readonly TradeEvent[];
}

let fake: FakeBinance;
let clients: JsonClient[];

beforeEach(() => {
  clients = [];
});

afterEach(async () => {
  for (const { socket } of clients) socket.terminate();
  await fake.close();
});

/** A venue that lives only by `advance` and `tick`. */
async function begin(options: FakeBinanceOptions = {}): Promise<void> {
  fake = await startFakeBinance({
    clock: createStandingClock(),
    tickMs: 0,
    path: TRADE_FILES.fourStreams,
    ...options,
  });
}

async function connect(path: string, options: ClientOptions = {}): Promise<JsonClient> {
  const socket = new WebSocket(fake.wsUrl + path, options);
  const messages: Record<string, unknown>[] = [];
  const client: JsonClient = {
    socket,
    messages,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    trades: (symbol) =>
      messages
        .map((message) => ('data' in message ? message['data'] : message) as TradeEvent)
        .filter(({ e, s }) => e === 'trade' && (symbol ?? s) === s),
  };
  socket.on('message', (data) =>
    messages.push(JSON.parse((data as Buffer).toString('utf8')) as Record<string, unknown>),
  );
  await once(socket, 'open');
  socket.on('error', () => undefined);
  clients.push(client);
  return client;
}

function liveThrough(ms: number): void {
  fake.clock.advance(ms);
  fake.tick();
}

function expectContiguous(trades: readonly TradeEvent[]): void {
  const ids = trades.map(({ t }) => t);
  expect(ids).toEqual(ids.map((_, n) => (ids[0] ?? 0) + n));
}

describe('fake Binance streams', () => {
  test('one stream: the event of the recording, with its times moved to now', async () => {
    await begin();
    const client = await connect('/ws/btcusdt@trade');
    liveThrough(1000);
    await eventually(() => client.messages.length > 0, 'a trade');
    const startMs = fake.clock.nowMs() - 1000;
    // The line of the capture that the recording was taken from, but for its times.
    expect(JSON.stringify(client.messages[0])).toBe(
      `{"e":"trade","E":${startMs + 1000},"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":${startMs},"m":true,"M":true}`,
    );
  });

  test('combined streams: wrapped, ids contiguous per symbol', async () => {
    await begin();
    const client = await connect('/stream?streams=btcusdt@trade/ethusdt@trade');
    for (let n = 0; n < 20; n += 1) liveThrough(1000);
    const [log] = fake.connections();
    await eventually(() => client.messages.length === log?.trades.length, 'the trades');
    expect(client.messages[0]?.['stream']).toBe('btcusdt@trade');
    expect(client.trades('ETHUSDT').length).toBeGreaterThan(50);
    expect(client.trades('BTCUSDT').length).toBeGreaterThan(50);
    expectContiguous(client.trades('ETHUSDT'));
    expectContiguous(client.trades('BTCUSDT'));
    expect(client.trades('BTCUSDT-PERP')).toEqual([]);
    await eventually(() => log?.trades.every(({ flushed }) => flushed) ?? false, 'the flush');
  });

  test('SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS and what can not be read', async () => {
    await begin();
    const client = await connect('/ws');
    const send = (message: unknown) => {
      client.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    };
    send({ method: 'SUBSCRIBE', params: ['btcusdt@trade', 'ethusdt@trade'], id: 1 });
    send({ method: 'UNSUBSCRIBE', params: ['ethusdt@trade'], id: 2 });
    send({ method: 'LIST_SUBSCRIPTIONS', id: 3 });
    send({ method: 'SUBSCRIBE', id: 4 });
    send('{');
    await eventually(() => client.messages.length === 5, 'the answers');
    expect(client.messages.slice(0, 3)).toEqual([
      { result: null, id: 1 },
      { result: null, id: 2 },
      { result: ['btcusdt@trade'], id: 3 },
    ]);
    expect(client.messages.slice(3).map(({ code, id }) => [code, id])).toEqual([
      [2, 4],
      [3, null],
    ]);
    liveThrough(1000);
    await eventually(() => client.trades().length > 0, 'a trade');
    expect(client.trades('ETHUSDT')).toEqual([]);
  });

  test('time through REST', async () => {
    await begin();
    const response = await fetch(`${fake.restUrl}/api/v3/time`);
    expect(await response.json()).toEqual({ serverTime: fake.clock.nowMs() });
  });
});

describe('fake Binance ends', () => {
  test('a connection that answers no ping for 60 s, and keeps one that does', async () => {
    await begin();
    const good = await connect('/ws/btcusdt@trade');
    const mute = await connect('/ws/btcusdt@trade', { autoPong: false });
    const log = (id: number) => fake.connections()[id - 1];
    for (let pings = 1; pings <= 3; pings += 1) {
      liveThrough(20_000);
      await eventually(() => log(1)?.pongsReceived === pings, 'the pong');
      expect(log(2)?.pingsSent).toBe(pings);
    }
    liveThrough(19_999);
    expect(log(2)?.ended).toBeNull();
    liveThrough(1);
    await mute.closed;
    expect(fake.connections().map(({ ended }) => ended)).toEqual([null, 'dropped: no pong']);
    expect(good.socket.readyState).toBe(WebSocket.OPEN);
  });

  test('every connection after 24 h, and who sends more than 5 messages in a second', async () => {
    await begin({ limits: { pongWithinMs: Infinity } });
    const [old, loud] = [await connect('/ws'), await connect('/ws')];
    for (let n = 0; n < 6; n += 1) loud.socket.send('{"method":"LIST_SUBSCRIPTIONS","id":1}');
    expect(await loud.closed).toBe(1006);
    liveThrough(24 * 3_600_000 - 1);
    expect(fake.connections()[0]?.ended).toBeNull();
    liveThrough(1);
    expect(await old.closed).toBe(1006);
  });
});

describe('fake Binance fails', () => {
  test('cut: without a close frame, and a new connection goes on later', async () => {
    await begin();
    const first = await connect('/ws/btcusdt@trade');
    liveThrough(2000);
    await eventually(() => first.trades().length > 0, 'trades');
    fake.cut();
    expect(await first.closed).toBe(1006);
    liveThrough(2000);
    const second = await connect('/ws/btcusdt@trade');
    liveThrough(2000);
    await eventually(() => second.trades().length > 0, 'trades');
    expect(second.trades()[0]?.t).toBeGreaterThan((first.trades().at(-1)?.t ?? Infinity) + 1);
  });

  test('missing ids: a gap of so many trades', async () => {
    await begin({ symbols: ['BTCUSDT'] });
    const client = await connect('/ws/btcusdt@trade');
    liveThrough(2000);
    const before = fake.connections()[0]?.trades.at(-1)?.tradeId ?? 0;
    fake.loseTrades(3);
    const count = fake.connections()[0]?.trades.length ?? 0;
    liveThrough(10_000);
    await eventually(() => client.trades().length > count, 'trades behind the gap');
    expect(client.trades()[count]?.t).toBe(before + 4);
    expectContiguous(client.trades().slice(count));
  });

  test('silence, half-open, shutdown notice, refused handshake', async () => {
    await begin({ limits: { pongWithinMs: Infinity } });
    const client = await connect('/ws/btcusdt@trade');
    fake.silence(true);
    liveThrough(5000);
    fake.announceShutdown();
    await eventually(() => client.messages.length > 0, 'the notice');
    expect(client.messages).toEqual([{ e: 'serverShutdown', E: fake.clock.nowMs() }]);
    fake.silence(false);
    fake.halfOpen();
    const other = await connect('/ws/btcusdt@trade');
    liveThrough(5000);
    await eventually(() => other.trades().length > 0, 'trades elsewhere');
    expect(client.messages).toHaveLength(1);
    expect(client.socket.readyState).toBe(WebSocket.OPEN);
    fake.refuseHandshakes(503);
    await expect(connect('/ws')).rejects.toThrow('503');
    fake.refuseHandshakes(null);
    await expect(connect('/elsewhere')).rejects.toThrow('404');
    await connect('/ws');
  });
});

import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeMexc, type FakeMexc, type FakeMexcOptions } from '../../fakes/mexc/fake-mexc.js';
import type { Fault, ForeignContent } from '../../fakes/mexc/faults.js';
import { createStandingClock, createVenueClock } from '../../fakes/venue/venue-clock.js';
import {
  connectPlain,
  DEALS,
  eventually,
  subscribeDeals,
  type PlainClient,
} from './plain-client.js';

let fake: FakeMexc;
let clients: PlainClient[];

/** A venue that lives only by `advance` and `tick`, with no trades but the test's. */
async function begin(options: FakeMexcOptions = {}): Promise<void> {
  fake = await startFakeMexc({
    clock: createStandingClock(),
    tickMs: 0,
    trades: { from: 'nothing' },
    symbols: ['BTCUSDT', 'ETHUSDT'],
    ...options,
  });
}

beforeEach(async () => {
  clients = [];
  await begin();
});

afterEach(async () => {
  for (const client of clients) client.end();
  await fake.close();
});

async function connect(): Promise<PlainClient> {
  const client = await connectPlain(fake.wsUrl);
  clients.push(client);
  return client;
}

async function subscribed(): Promise<PlainClient> {
  const client = await connect();
  subscribeDeals(client, 'BTCUSDT');
  await eventually(() => client.texts.length > 0, 'the ack');
  return client;
}

/** One trade, and the time for its frame. */
function tradeNow(price = '100'): void {
  fake.trade({ symbol: 'BTCUSDT', price, quantity: '1', side: 'buy' });
  liveThrough(100);
}

function liveThrough(ms: number): void {
  fake.clock.advance(ms);
  fake.tick();
}

/** A PING and its PONG: all that was sent before has been read. */
async function pong(client: PlainClient): Promise<void> {
  const before = client.texts.length;
  client.send({ method: 'PING' });
  await eventually(() => client.texts.slice(before).some((one) => one.includes('PONG')), 'a PONG');
}

function prices(client: PlainClient): readonly string[] {
  return client.deals().map(({ price }) => price);
}

describe('fault that ends a connection', () => {
  test('cut: no close frame, and what was flushed before arrives', async () => {
    const client = await subscribed();
    tradeNow();
    await eventually(() => fake.deliverable().length === 1, 'the flush');
    fake.fault({ kind: 'cut' });
    expect(await client.closed).toBe(1006);
    expect(prices(client)).toEqual(['100']);
    tradeNow();
    expect(fake.connections()[0]).toMatchObject({ ended: 'cut by a fault', tradesSent: 1 });
    expect(fake.happened('BTCUSDT')).toBe(2);
  });

  test('reset: seen as an error and 1006', async () => {
    const client = await subscribed();
    let errors = 0;
    // The websocket itself keeps silent about it.
    const { _socket: tcp } = client.socket as unknown as { readonly _socket: Socket };
    tcp.on('error', () => (errors += 1));
    fake.fault({ kind: 'reset' });
    expect(await client.closed).toBe(1006);
    expect(errors).toBe(1);
  });

  test('close: with the code and reason of the fault', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'close', code: 1001, reason: 'maintenance' });
    expect(await client.closed).toBe(1001);
    expect(fake.connections()[0]?.ended).toBe('closed with 1001 by a fault');
  });

  test('cut of one connection leaves the other', async () => {
    const [first, second] = [await subscribed(), await subscribed()];
    fake.order({ fault: { kind: 'cut' }, target: { connection: 1 } });
    await first.closed;
    tradeNow();
    await eventually(() => second.deals().length === 1, 'the trade');
    expect(first.deals()).toHaveLength(0);
  });
});

describe('fault that keeps the connection but not the data', () => {
  test('half-open: nothing is read or written, and TCP knows nothing of it', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'half-open' });
    client.send({ method: 'PING' });
    tradeNow();
    fake.fault({ kind: 'close', code: 1001 });
    fake.fault({ kind: 'server-ping' });
    const other = await subscribed();
    tradeNow('101');
    await eventually(() => other.deals().length === 1, 'the trade on a new connection');
    expect(client.deals()).toEqual([]);
    expect([client.texts.length, client.serverPings]).toEqual([1, 0]);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    expect(fake.connections()[0]).toMatchObject({ ended: null, pingsReceived: 0, tradesSent: 0 });
  });

  test('silence: PONG and no data, past the 60 s of the venue, until it ends', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'silence' });
    tradeNow('100');
    liveThrough(120_000);
    await pong(client);
    expect(client.deals()).toEqual([]);
    await fake.endFault('silence');
    tradeNow('101');
    await eventually(() => client.deals().length === 1, 'the data');
    expect(prices(client)).toEqual(['101']);
  });

  test('pong-missing: data and no PONG', async () => {
    const client = await subscribed();
    fake.order({ fault: { kind: 'pong-missing' }, forMs: 1000 });
    client.send({ method: 'PING' });
    await eventually(() => fake.connections()[0]?.pingsReceived === 1, 'the PING');
    tradeNow();
    await eventually(() => client.deals().length === 1, 'the data');
    expect(client.texts).toHaveLength(1);
    liveThrough(1000);
    await pong(client);
  });
});

describe('fault of the acknowledgement', () => {
  test('reject: Blocked, and no data', async () => {
    fake.fault({ kind: 'reject' });
    const client = await subscribed();
    expect(client.texts[0]).toContain(`Not Subscribed successfully! [${DEALS}BTCUSDT]`);
    tradeNow();
    await pong(client);
    expect(client.deals()).toEqual([]);
    await fake.endFault('reject');
    fake.fault({ kind: 'reject', symbols: ['ETHUSDT'] });
    subscribeDeals(client, 'BTCUSDT', 'ETHUSDT');
    await eventually(() => client.texts.length === 3, 'the second answer');
    expect(client.texts[2]).toContain(
      `Subscribed successful! [${DEALS}BTCUSDT]. Not Subscribed successfully! [${DEALS}ETHUSDT]`,
    );
  });

  test('lying-ack: acknowledged, and never a frame, whatever comes after', async () => {
    fake.fault({ kind: 'lying-ack' });
    const client = await subscribed();
    expect(client.texts[0]).toContain(`"msg":"${DEALS}BTCUSDT"`);
    await fake.endFault('lying-ack');
    tradeNow();
    liveThrough(120_000);
    subscribeDeals(client, 'ETHUSDT');
    await eventually(() => client.texts.length === 2, 'the second ack');
    fake.trade({ symbol: 'ETHUSDT', price: '7', quantity: '1', side: 'sell' });
    tradeNow();
    await eventually(() => client.deals().length > 0, 'the other symbol');
    await pong(client);
    expect(prices(client)).toEqual(['7']);
  });

  test('ack-missing: data without acknowledgement', async () => {
    fake.fault({ kind: 'ack-missing' });
    const client = await connect();
    subscribeDeals(client, 'BTCUSDT');
    await eventually(() => fake.connections()[0]?.channels.length === 1, 'the subscription');
    tradeNow();
    await eventually(() => client.deals().length === 1, 'the data');
    expect(client.texts).toEqual([]);
  });

  test('ack-delayed: data comes first', async () => {
    fake.fault({ kind: 'ack-delayed', delayMs: 500 });
    const client = await connect();
    subscribeDeals(client, 'BTCUSDT');
    await eventually(() => fake.connections()[0]?.channels.length === 1, 'the subscription');
    tradeNow();
    await eventually(() => client.deals().length === 1, 'the data');
    liveThrough(399);
    await pong(client);
    expect(client.texts).toHaveLength(1);
    liveThrough(1);
    await eventually(() => client.texts.length === 2, 'the ack');
  });
});

describe('fault of a frame', () => {
  test('torn-frame: one frame can not be decoded, and the log knows its trades', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'torn-frame' });
    tradeNow('100');
    tradeNow('101');
    await eventually(() => client.deals().length === 1, 'the second trade');
    expect(client.unreadable).toBe(1);
    expect(fake.deliverable().map(({ price }) => price)).toEqual(['101']);
    const torn = fake.connections()[0]?.frames.find((frame) => !frame.intact);
    expect(torn?.trades.map(({ price }) => price)).toEqual(['100']);
  });

  const FOREIGN: Readonly<Record<ForeignContent, (client: PlainClient) => unknown>> = {
    'random-bytes': (client) => client.unreadable === 1 && client.binaries[0]?.length === 65,
    // protobufjs reads it as far as it goes, without complaint.
    gzip: (client) => client.binaries[0]?.readUInt16BE(0) === 0x1f8b,
    empty: (client) => client.binaries[0]?.length === 0,
    'other-message': (client) => client.pushes[0] && 'publicLimitDepths' in client.pushes[0],
    'invalid-listen-key': (client) => client.texts[1] === 'Invalid listen key',
    'invalid-json': (client) => client.texts[1]?.startsWith('{"id":0,"code":0,"msg":"spot@'),
  };

  test.each(Object.keys(FOREIGN) as ForeignContent[])('foreign-frame: %s', async (content) => {
    const client = await subscribed();
    fake.fault({ kind: 'foreign-frame', content });
    tradeNow();
    await eventually(() => client.deals().length === 1, 'the trade behind it');
    expect(FOREIGN[content](client)).toBeTruthy();
  });

  test('huge-frame: beyond 1 MiB and well-formed', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'huge-frame' });
    tradeNow();
    await eventually(() => client.deals().length === 1, 'the trade behind it');
    expect(client.binaries[0]?.length).toBeGreaterThan(1024 * 1024);
    expect(client.unreadable).toBe(0);
  });

  test.each<Fault>([{ kind: 'schema-growth' }, { kind: 'field-order' }])(
    '$kind: other bytes, equal content',
    async (fault) => {
      const [usual, odd] = [await subscribed(), await subscribed()];
      fake.order({ fault, target: { connection: 2 } });
      for (const price of ['100', '101', '102']) tradeNow(price);
      await eventually(() => usual.deals().length + odd.deals().length === 6, 'the trades');
      expect(odd.pushes).toEqual(usual.pushes);
      expect(odd.binaries).not.toEqual(usual.binaries);
      const longer = (odd.binaries[0]?.length ?? 0) > (usual.binaries[0]?.length ?? 0);
      expect(longer).toBe(fault.kind === 'schema-growth');
    },
  );

  test('fields-missing: the channel still tells the symbol', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'fields-missing' });
    tradeNow();
    await fake.endFault('fields-missing');
    fake.fault({ kind: 'fields-missing', fields: ['tradeType'] });
    tradeNow();
    await eventually(() => client.pushes.length === 2, 'the frames');
    const time = expect.any(Number) as number;
    expect(client.pushes[0]).toEqual({
      channel: `${DEALS}BTCUSDT`,
      publicAggreDeals: { deals: [{ price: '100', quantity: '1', tradeType: 1, time }] },
    });
    expect(client.deals()[1]).not.toHaveProperty('tradeType');
    expect(fake.deliverable().map(({ side, tradeId }) => [side, tradeId === null])).toEqual([
      ['buy', true],
      ['unknown', false],
    ]);
  });
});

describe('fault of the flow', () => {
  test('burst: 5,000 trades at once in frames of 500', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'burst' });
    liveThrough(100);
    await eventually(() => client.deals().length === 5000, 'the burst');
    expect(client.pushes).toHaveLength(10);
    expect(new Set(client.deals().map(({ tradeId }) => tradeId)).size).toBe(5000);
  });

  test('duplicates: a new subscription gets the newest trades again, marked in the log', async () => {
    const first = await subscribed();
    for (const price of ['100', '101', '102']) tradeNow(price);
    await eventually(() => first.deals().length === 3, 'the trades');
    fake.fault({ kind: 'duplicates', trades: 2 });
    const second = await subscribed();
    tradeNow('103');
    await eventually(() => second.deals().length === 3, 'the trades again');
    tradeNow('104');
    await eventually(() => second.deals().length === 4, 'the trade behind them');
    expect(prices(second)).toEqual(['101', '102', '103', '104']);
    expect(second.deals()[0]?.tradeId).toBe(first.deals()[1]?.tradeId);
    const log = fake.deliverable({ connection: 2 });
    expect(log.map(({ repeated }) => repeated)).toEqual([true, true, false, false]);
  });

  test.each<Fault>([
    { kind: 'fragments', bytes: 1 },
    { kind: 'slow', bytesPerSecond: 20_000 },
  ])('$kind: everything arrives all the same, in order', async (fault) => {
    const client = await subscribed();
    fake.fault(fault);
    for (const price of ['100', '101', '102']) tradeNow(price);
    await eventually(() => client.deals().length === 3, 'the trades');
    expect(prices(client)).toEqual(['100', '101', '102']);
    await eventually(() => fake.deliverable().length === 3, 'the flush');
  });

  test('slow: what is on its way at a cut counts as not sent completely', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'slow', bytesPerSecond: 20 });
    tradeNow();
    tradeNow();
    fake.fault({ kind: 'cut' });
    await client.closed;
    expect(client.deals()).toEqual([]);
    expect(fake.connections()[0]?.tradesSent).toBe(2);
    expect(fake.deliverable()).toEqual([]);
  });

  test('slow: a frame to a client that goes away meanwhile counts as not sent', async () => {
    const [gone, stays] = [await subscribed(), await subscribed()];
    fake.fault({ kind: 'slow', bytesPerSecond: 2000 });
    tradeNow();
    gone.end();
    // Both frames take equally long.
    await eventually(() => stays.deals().length === 1, 'the trade');
    await eventually(() => fake.deliverable({ connection: 2 }).length === 1, 'the flush');
    expect(fake.deliverable({ connection: 1 })).toEqual([]);
  });

  test('server-ping: a client that answers is counted', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'server-ping' });
    await eventually(() => fake.connections()[0]?.pongsReceived === 1, 'the pong');
    expect(client.serverPings).toBe(1);
  });

  test('clock-jump and clock-rate: times in frames are wrong, limits are not', async () => {
    await fake.close();
    let hostMs = 1_790_000_000_000;
    await begin({ clock: createVenueClock({ hostMs: () => hostMs, offsetMs: 1200 }) });
    const client = await subscribed();
    fake.fault({ kind: 'clock-jump', ms: -5000 });
    tradeNow();
    fake.order({ fault: { kind: 'clock-rate', rate: 1.5 }, forMs: 1500 });
    hostMs += 1000;
    tradeNow();
    hostMs += 1000;
    tradeNow();
    await eventually(() => client.pushes.length === 3, 'the frames');
    const [a = 0, b = 0, c = 0] = client.pushes.map(({ sendTime }) => sendTime);
    expect(a - 1_790_000_000_000).toBe(1200 - 5000 + 100);
    expect([b - a, c - b]).toEqual([1600, 1100]);
    expect(fake.connections()[0]?.ended).toBeNull();
  });
});

describe('fault of the handshake', () => {
  test.each([403, 429, 502] as const)('handshake-refused: %d with HTML', async (status) => {
    fake.fault({ kind: 'handshake-refused', status });
    await expect(connect()).rejects.toThrow(`Unexpected server response: ${status}`);
    await fake.endFault('handshake-refused');
    await subscribed();
  });

  test('handshake-slow: open only after its time', async () => {
    const startMs = fake.clock.nowMs();
    fake.fault({ kind: 'handshake-slow', delayMs: 5000 });
    let open = false;
    const waiting = connect().then((client) => {
      open = true;
      return client;
    });
    await eventually(() => {
      liveThrough(100);
      return open;
    }, 'the handshake');
    const [log] = fake.connections();
    expect((log?.openedAtMs ?? 0) - startMs).toBeGreaterThanOrEqual(5000);
    await waiting;
  });

  test('connection-refused: nobody listens, those who are there stay', async () => {
    const client = await subscribed();
    fake.fault({ kind: 'connection-refused' });
    await expect(connect()).rejects.toThrow('ECONNREFUSED');
    tradeNow();
    await eventually(() => client.deals().length === 1, 'the trade');
    await fake.endFault('connection-refused');
    await subscribed();
  });
});

test('close ends connections, handshakes and requests that hang, and both listeners', async () => {
  const client = await subscribed();
  fake.fault({ kind: 'half-open' });
  const slow = await subscribed();
  fake.order({ fault: { kind: 'slow', bytesPerSecond: 20 }, target: { connection: 2 } });
  tradeNow();
  fake.fault({ kind: 'handshake-slow', delayMs: 60_000 });
  fake.fault({ kind: 'rest-silent' });
  const handshake = connect();
  const request = fetch(`${fake.restUrl}/api/v3/ping`);
  const hanging = Promise.allSettled([handshake, request]);
  await eventually(() => fake.restRequests().length === 1, 'the request');
  await fake.close();
  expect(await Promise.all([client.closed, slow.closed])).toEqual([1006, 1006]);
  expect((await hanging).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(connect()).rejects.toThrow('ECONNREFUSED');
  await expect(fetch(fake.restUrl)).rejects.toThrow('fetch failed');
});

test('fault for a connection that is not there is written down as missed', () => {
  fake.order({ fault: { kind: 'cut' }, target: { fraction: 0.5 } });
  expect(fake.faults()).toEqual([
    { atMs: 0, fault: { kind: 'cut' }, act: 'missed', connection: null },
  ]);
});

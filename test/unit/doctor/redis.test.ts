import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../src/doctor/facts.js';
import type {
  RedisServer,
  SampleEntry,
  StateSample,
  StreamSamples,
} from '../../../src/doctor/redis/facts.js';
import type { Counter } from '../../../src/doctor/pipeline/facts.js';
import { streamView } from '../../../src/view/streams-json.js';
import { findingOf, NOW_MS } from './readings.js';

const SERVER: RedisServer = {
  ...{ version: '7.0.15', role: 'master', clockMs: NOW_MS, maxmemoryPolicy: 'noeviction' },
  ...{ maxmemoryBytes: 1_000, usedMemoryBytes: 500, evictedKeys: 0, isAppendOnly: true },
  ...{ isAppendOnlyWell: true, upMs: 3_600_000, isLoading: false, clockOffsetMs: 0 },
  ...{ clockErrorMs: 1, isRewriteWell: true, isSaveWell: true, connections: 12 },
  ...{ connectionsMax: 10_000, rejectedConnections: 0, cutClients: null, clients: [], refused: [] },
};

const LIMITS: StreamSamples['limits'] = {
  ...{ balanceUsdt: 10_000, positionFraction: 0.1, exposureFraction: 0.3, roomFraction: 0.00001 },
  ...{ atrHighVol: 2, atrHighVolBps: null, futureMs: 60_000, tickAgeMs: 30_000 },
};

type Ages = readonly (readonly [ageMs: number, fields: Readonly<Record<string, string>>])[];

/** Of a stack, by stream; entries are told by their age. */
function samples(
  streams: Readonly<Record<string, Ages>>,
  more: Partial<StreamSamples> = {},
): StreamSamples {
  return {
    ...{ from: 'redis', writer: 'stack', isRunning: null, clockMs: NOW_MS, limits: LIMITS },
    ...{ sinceMs: NOW_MS - 3_600_000, misnamed: [], states: [] },
    streams: Object.entries(streams).map(([name, ages]) => {
      const entries = ages.map(([ageMs, fields]): SampleEntry => {
        return { id: `${NOW_MS - ageMs}-0`, atMs: NOW_MS - ageMs, fields };
      });
      const lastAtMs = entries.at(-1)?.atMs ?? null;
      return {
        view: { ...streamView(name), exists: true, length: entries.length, lastAtMs },
        entries,
        isWhole: true,
      };
    }),
    ...more,
  };
}

const BTC = { symbol: 'BTCUSDT' };
const CANDLES: Ages = [[1_000, { ...BTC, ts: '1', close: '70000', trades: '3', volume: '1' }]];

async function statusOf(id: string, facts: Partial<Facts>) {
  const { status, says } = await findingOf(id, { redisServer: SERVER, ...facts });
  return [status, says] as const;
}

describe('the server', () => {
  it.each<[string, Partial<RedisServer>, string]>([
    ['redis.clock', { clockOffsetMs: 2_001 }, 'OK'],
    ['redis.clock', { clockOffsetMs: -2_002 }, 'WARN'],
    ['redis.clock', { clockOffsetMs: 5_001 }, 'WARN'],
    ['redis.clock', { clockOffsetMs: -5_002 }, 'FAIL'],
    ['redis.clock', { clockOffsetMs: 6_000, clockErrorMs: 5_000 }, 'OK'],
    ['redis.clock', { clockOffsetMs: null }, 'SKIP'],
    ['redis.memory', { usedMemoryBytes: 900 }, 'OK'],
    ['redis.memory', { usedMemoryBytes: 901 }, 'WARN'],
    ['redis.memory', { usedMemoryBytes: 1_000 }, 'FAIL'],
    ['redis.memory', { usedMemoryBytes: 9_999, maxmemoryBytes: 0 }, 'OK'],
    ['redis.memory', { usedMemoryBytes: null }, 'SKIP'],
    ['redis.persistence', { isAppendOnly: false }, 'WARN'],
    ['redis.persistence', { isSaveWell: false }, 'FAIL'],
    ['redis.persistence', { isRewriteWell: false }, 'WARN'],
    ['redis.persistence', { isAppendOnlyWell: false }, 'BLOCKER'],
    ['redis.role', { role: 'slave' }, 'WARN'],
    ['redis.connections', { rejectedConnections: 1 }, 'WARN'],
    ['redis.connections', { connections: 9_001 }, 'WARN'],
    ['redis.clients', { cutClients: 2 }, 'WARN'],
    ['redis.clients', { clients: [client(1024 * 1024 - 1)] }, 'OK'],
    ['redis.clients', { clients: [client(1024 * 1024)] }, 'WARN'],
    ['redis.clients', { clients: [client(8 * 1024 * 1024)] }, 'FAIL'],
    ['redis.clients', { clients: null }, 'SKIP'],
    ['redis.evictions', { evictedKeys: null }, 'SKIP'],
  ])('%s of %j is %s', async (id, more, status) => {
    const [found] = await statusOf(id, { redisServer: { ...SERVER, ...more } });
    expect(found).toBe(status);
  });

  it('is in a loop with many restarts while it is young, and not later', async () => {
    const redis = (upMs: number, name = 'cdb_redis') => ({
      ...{ name, state: 'running' as const, health: null, upMs, restarts: 3 },
      ...{
        oomKilled: null,
        cpuPercent: null,
        memoryMib: null,
        memoryLimitMib: null,
        networks: null,
      },
    });
    const status = async (upMs: number, name?: string) =>
      (await statusOf('redis.restarts', { containers: [redis(upMs, name)] }))[0];
    expect(await status(599_999)).toBe('BLOCKER');
    expect(await status(600_000)).toBe('OK');
    expect(await status(1_000, 'cdb_redis_exporter')).toBe('OK');
  });
});

describe('what flows', () => {
  it.each([
    [180_000, 'OK'],
    [180_001, 'FAIL'],
  ])('a candle %d ms old is %s', async (ageMs, status) => {
    const facts = { samples: samples({ 'stream.candles_1m': [[ageMs, BTC]] }) };
    expect((await statusOf('streams.candles', facts))[0]).toBe(status);
  });

  it.each([
    [300_000, 'OK'],
    [300_001, 'FAIL'],
    [1_800_000, 'FAIL'],
    [1_800_001, 'BLOCKER'],
  ])('a regime %d ms old is %s', async (ageMs, status) => {
    const streams = {
      'stream.candles_1m': CANDLES,
      'stream.regime_signals': [[ageMs, BTC]] as Ages,
    };
    expect((await statusOf('streams.regime', { samples: samples(streams) }))[0]).toBe(status);
  });

  it('judges the regime of each symbol, and waits for candles enough of a new one', async () => {
    const of = (count: number): Ages =>
      Array.from({ length: count }, () => [1_000, { symbol: 'ETHUSDT' }]);
    const streams = (count: number) => ({
      'stream.candles_1m': [...CANDLES, ...of(count)],
      'stream.regime_signals': [[1_000, BTC]] as Ages,
    });
    const status = (count: number) =>
      statusOf('streams.regime', { samples: samples(streams(count)) });
    expect((await status(39))[0]).toBe('OK');
    const [found, says] = await status(40);
    expect(found).toBe('BLOCKER');
    expect(says).toContain('ETHUSDT never');
  });

  it('does not judge the age of what an engine of cdb has published that does not run', async () => {
    const old = samples({ 'stream.candles_1m': [[9e6, BTC]] }, { writer: 'cdb' });
    expect((await statusOf('streams.candles', { samples: old, engine: null }))[0]).toBe('SKIP');
    expect((await statusOf('streams.candles', { samples: old }))[0]).toBe('SKIP');
  });

  it.each([
    [86_400, 'OK'],
    [86_401, 'WARN'],
  ])('one regime for %d s is %s', async (sec, status) => {
    const sampled = samples({
      'stream.candles_1m': [[0, { ...BTC, ts: String(sec) }]],
      'stream.regime_signals': [
        [2_000, { ...BTC, regime: 'TREND', ts: '0' }],
        [1_000, { ...BTC, regime: 'TREND', ts: String(sec) }],
      ],
    });
    expect((await statusOf('streams.one_regime', { samples: sampled }))[0]).toBe(status);
  });

  it.each([
    [120_000, 'OK'],
    [120_001, 'FAIL'],
  ])('a market state %d ms old is %s', async (ageMs, status) => {
    const sampled = samples({ 'stream.candles_1m': CANDLES }, { states: [stateOf(ageMs)] });
    expect((await statusOf('streams.market_state', { samples: sampled }))[0]).toBe(status);
  });

  it.each([
    [[0, 9_000, 18_000], 'OK'],
    [[9_000, 4_000], 'OK'],
    [[9_001, 4_000], 'FAIL'],
    [[1, 9_000, 2, 9_100], 'FAIL'],
  ])('last ticks %j are %s', async (ticks, status) => {
    const texts = ticks.map((tick) => JSON.stringify({ last_tick_ts_ms: tick }));
    const states = [{ key: 'market_state:BTCUSDT', ttlMs: 1_000, texts }];
    const sampled = samples({ 'stream.candles_1m': CANDLES }, { states });
    expect((await statusOf('streams.state_writers', { samples: sampled }))[0]).toBe(status);
  });

  it('counts what readers received of what was published', async () => {
    const status = (received: number, sinceMs = 1) => {
      const at = (value: number): Counter => ({ value, sinceMs, isCapped: false });
      const counters = {
        samples: [
          {
            atMs: 1,
            counters: { 'ws.redis_publish_total': at(0), [MARKET]: { ...at(0), sinceMs: 1 } },
          },
          { atMs: 2, counters: { 'ws.redis_publish_total': at(1_000), [MARKET]: at(received) } },
        ],
      };
      return statusOf('streams.delivery', { counters });
    };
    expect((await status(900))[0]).toBe('OK');
    const [lost, says] = await status(60);
    expect([lost, says]).toEqual(['FAIL', `of 1000 published messages: ${MARKET} +60`]);
    expect((await status(60, 2))[0]).toBe('SKIP');
  });
});

describe('orders', () => {
  const order = (more: Readonly<Record<string, string>>) => ({
    ...{ symbol: 'BTCUSDT', side: 'BUY', client_id: 'a', quantity: '0.01', price: '100000' },
    ...more,
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [{}, 'OK'],
    [{ quantity: '0.0101' }, 'BLOCKER'],
    [{ quantity: '-0.01' }, 'BLOCKER'],
    [{ price: '0' }, 'BLOCKER'],
    [{ quantity: '5', client_id: 'proactive-unwind-1', side: 'SELL' }, 'OK'],
    [{ quantity: '5', metadata: '{"reduce_only":true}' }, 'OK'],
  ])('%j is %s', async (more, status) => {
    const sampled = samples({ 'stream.orders': [[1_000, order(more)]] });
    expect((await statusOf('streams.orders', { samples: sampled }))[0]).toBe(status);
  });

  it('does not hold an order of before the window against today', async () => {
    const sampled = samples({ 'stream.orders': [[3_600_001, order({ quantity: '20' })]] });
    expect((await statusOf('streams.orders', { samples: sampled }))[0]).toBe('SKIP');
  });

  it.each([
    [60_000, 'OK'],
    [60_001, 'FAIL'],
  ])('one without a result for %d ms is %s', async (ageMs, status) => {
    const sampled = samples({ 'stream.orders': [[ageMs, order({})]], 'stream.fills': [] });
    expect((await statusOf('streams.results', { samples: sampled }))[0]).toBe(status);
  });

  it('does not count those whose results were trimmed away', async () => {
    const sampled = samples({
      'stream.orders': [[500_000, order({ client_id: 'old' })]],
      'stream.fills': [[1_000, { client_id: 'new', status: 'FILLED' }]],
    });
    const trimmed = sampled.streams.map((stream) => ({ ...stream, isWhole: false }));
    const facts = { samples: { ...sampled, streams: trimmed } };
    expect((await statusOf('streams.results', facts))[0]).toBe('OK');
    expect((await statusOf('streams.exposure', facts))[0]).toBe('SKIP');
  });

  it.each([
    ['0.03', 'OK'],
    ['0.030001', 'BLOCKER'],
  ])('a position of %s at 100 000 is %s', async (quantity, status) => {
    const fill = { ...order({ quantity }), status: 'FILLED' };
    const sold = {
      ...order({ quantity: '0.001', price: '200000', side: 'SELL' }),
      status: 'FILLED',
    };
    const sampled = samples({
      'stream.fills': [
        [2_000, fill],
        [1_000, sold],
      ],
    });
    expect((await statusOf('streams.exposure', { samples: sampled }))[0]).toBe(status);
  });
});

describe('figures and fields', () => {
  it.each([
    [{ price: 'NaN' }, 'BLOCKER'],
    [{ price: '-inf' }, 'BLOCKER'],
    [{ quantity: '1e999' }, 'BLOCKER'],
    [{ metadata: '{"deep":[{"fee":NaN}]}' }, 'BLOCKER'],
    [{ metadata: '{"fee":"NaN"}' }, 'BLOCKER'],
    [{ reason: 'NaN', metadata: '{"reason":"inf"}' }, 'OK'],
    [{ symbol: 'INF', price: '1e10' }, 'OK'],
  ])('%j is %s', async (fields, status) => {
    const sampled = samples({ 'stream.fills': [[1_000, fields]] });
    expect((await statusOf('streams.figures', { samples: sampled }))[0]).toBe(status);
  });

  it('asks of an engine of cdb what its messages always have', async () => {
    const entry = { ts: '1', symbol: 'BTCUSDT', timeframe: '60s', regime: 'TREND' };
    const of = (writer: StreamSamples['writer']) =>
      statusOf('streams.fields', {
        samples: samples({ 'stream.regime_signals': [[1, entry]] }, { writer }),
      });
    expect((await of('stack'))[0]).toBe('OK');
    const [status, says] = await of('cdb');
    expect(status).toBe('FAIL');
    expect(says).toContain('no adx, no atr, no source_version, no schema_version');
  });

  it('says which streams are capped, and does not complain', async () => {
    const sampled = samples({ 'stream.fills': [] });
    const full = sampled.streams.map((stream) => ({
      ...stream,
      view: { ...stream.view, length: 10_017 },
    }));
    const [status, says] = await statusOf('streams.caps', {
      samples: { ...sampled, streams: full },
    });
    expect([status, says]).toEqual(['OK', expect.stringContaining('stream.fills 10 017 capped')]);
  });
});

const MARKET = 'market.market_messages_received_total';

function client(waitingBytes: number) {
  return { id: '1', name: 'cdb_signal', address: '127.0.0.1:1', subscriptions: 1, waitingBytes };
}

function stateOf(ageMs: number): StateSample {
  const numbers = { return_1m: 0.1, return_5m: 0, price_change_5m: 0, close_now: 1 };
  const text = JSON.stringify({ ...numbers, ts_ms: NOW_MS - ageMs });
  return { key: 'market_state:BTCUSDT', ttlMs: 60_000, texts: [text] };
}

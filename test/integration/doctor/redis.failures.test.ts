import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { Rule } from '../../../src/doctor/monitoring/facts.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { failure } from './failure.js';
import { checkUp, RedisStack, tick, troubles } from './redis-stack.js';

const HOUR_MS = 3_600_000;
const TOPICS = ['market_data', 'signals', 'orders', 'order_results'];

describe('doctor: redis and streams of a stack', () => {
  let server: RedisServer;
  let stack: RedisStack;
  beforeAll(async () => {
    server = await RedisServer.start();
    const listener = await server.link('services');
    await listener.listen(TOPICS, () => undefined);
    stack = new RedisStack(await server.link('writer'));
  });
  beforeEach(async () => {
    await stack.call('FLUSHALL');
    await stack.call('CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction');
    await stack.call('CONFIG', 'RESETSTAT');
  });
  afterEach(() => {
    stack.stop();
  });
  afterAll(() => server.end());

  const look = (more: Partial<Parameters<typeof checkUp>[0]> = {}) =>
    checkUp({ url: server.url, ...more });

  it('finds nothing to complain of in a healthy stack', async () => {
    await stack.healthy();
    stack.feed(tick);
    const found = await look();
    expect(troubles(found)).toEqual([]);
    const skipped = [...found.values()].filter(({ status }) => status === 'SKIP');
    expect(skipped.map(({ id }) => id)).toEqual(['streams.delivery']);
  });

  it('leaves out what nobody ever wrote, and says so', async () => {
    const deaf = await RedisServer.start();
    try {
      const found = await checkUp({ url: deaf.url });
      expect(troubles(found)).toEqual([]);
      expect(found.get('streams.candles')?.says).toContain('was ever written');
      expect(found.get('redis.reach')?.status).toBe('OK');
    } finally {
      await deaf.end();
    }
  });

  failure(4, 'the regime consumer is dead for 27 h while candles come', async () => {
    await stack.regime('RANGE', 27 * 3_600, 27 * HOUR_MS);
    await stack.candles(45);
    const found = await look();
    expect(found.get('streams.candles')?.status).toBe('OK');
    expect(found.get('streams.regime')).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(found.get('streams.regime')?.says).toContain('BTCUSDT 27 h');
  });

  failure(29, 'the regime is stale although it is stable', async () => {
    await stack.regime('TREND', 400, 400_000);
    await stack.candles(45);
    const finding = (await look()).get('streams.regime');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toContain('BTCUSDT 6 min (limit 5 min');
  });

  failure(28, 'one regime for more than a day', async () => {
    await stack.regime('HIGH_VOL_CHAOTIC', 26 * 3_600);
    await stack.regime('HIGH_VOL_CHAOTIC', 60);
    await stack.candles(45);
    const finding = (await look()).get('streams.one_regime');
    expect(finding).toMatchObject({ status: 'WARN', level: 'P2' });
    expect(finding?.says).toMatch(/HIGH_VOL_CHAOTIC for 2[56] h/);
    expect(finding?.says).toContain('ATR 38.12 is 5.41 bps of the price 70467.52');
    expect(finding?.says).toContain('the limit 2 is 0.28 bps');
  });

  failure(11, 'an amount in USDT is ordered as a quantity, without a price', async () => {
    await stack.healthy();
    await stack.call('XADD', 'stream.orders', '*', ...Object.entries(USDT_ORDER).flat());
    await stack.result('BTCUSDT-usdt', { status: 'REJECTED', filled_quantity: 0 });
    const priceless = (await look()).get('streams.orders');
    expect(priceless).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(priceless?.says).toContain('quantity 20.0 BTCUSDT with no price');
    await stack.order('BTCUSDT-priced', { quantity: '20.0', price: '90905.65' });
    const priced = (await look()).get('streams.orders');
    expect(priced?.says).toContain('1818113.00 USDT; at most 1000.00 USDT (10000 × 0.1)');
    expect(priced?.figures).toMatchObject({ orders: 5, wrong: 2, limit_usdt: 1_000 });
  });

  failure(12, 'results are looked for in a stream called order_results', async () => {
    await stack.healthy();
    await stack.add('order_results', { order_id: 'MOCK_1', status: 'FILLED' });
    const written = (await look()).get('streams.names');
    expect(written).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(written?.says).toContain('a stream called order_results was written');
    expect(written?.says).toContain('its stream is stream.fills');
    await stack.call('DEL', 'order_results');
    const expression = 'redis_stream_length{stream="order_results"} == 0';
    const rules: readonly Rule[] = [
      {
        ...{ name: 'NoResults', expression, place: 'rules.yml', kind: 'alert', from: 'prometheus' },
        ...{ expressions: [expression], operators: [], fault: null },
      },
    ];
    const asked = (await look({ facts: { rules } })).get('streams.names');
    expect(asked?.says).toBe('"NoResults" asks for a stream order_results: it is stream.fills');
    await stack.call('DEL', 'stream.fills');
    const halved = (await look()).get('streams.names');
    expect(halved?.says).toContain('stream.order_results has 3 entries, stream.fills none');
  });

  failure(14, 'trades name their quantity "qty", and volume is 0', async () => {
    await stack.candles(10, { volume: '0.00000000' });
    stack.feed((at) => {
      const { trade_qty: qty, ...rest } = tick(at);
      return { ...rest, qty, schema_version: undefined };
    });
    const found = await look();
    const message = found.get('streams.market_data');
    expect(message).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(message?.says).toContain('"qty" in place of "trade_qty"');
    expect(message?.says).toContain('no schema_version');
    const volume = found.get('streams.volume');
    expect(volume).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(volume?.says).toBe('10 of 10 candles with trades have volume 0');
  });

  failure(16, 'a publisher lost fields to null', async () => {
    await stack.healthy();
    await stack.result('BTCUSDT-9', { strategy_id: 'None', price: '' });
    const finding = (await look()).get('streams.fields');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toContain('stream.fills: 1 of 4 entries');
    expect(finding?.says).toContain('no strategy_id, FILLED without a price');
  });

  failure(30, 'the market state is missing, old, without expiry or not whole', async () => {
    await stack.healthy();
    const status = async () => (await look()).get('streams.market_state');
    await stack.call('DEL', 'market_state:BTCUSDT');
    const missing = await status();
    expect(missing).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(missing?.says).toContain('no key market_state:BTCUSDT');
    await stack.state({ ts_ms: Date.now() - 180_000 });
    expect((await status())?.says).toContain('was made 3 min ago (limit 2 min)');
    await stack.state({ return_5m: null });
    expect((await status())?.says).toContain('lacks return_5m');
    await stack.call('PERSIST', 'market_state:BTCUSDT');
    expect((await status())?.says).toContain('never expires');
  });

  failure(30, 'two services write the market state', async () => {
    await stack.healthy();
    let isFirst = false;
    const timer = setInterval(() => {
      isFirst = !isFirst;
      const tickMs = Date.now() - (isFirst ? 0 : 9_000);
      void stack.state({ last_tick_ts_ms: tickMs }).catch(() => undefined);
    }, 45);
    const finding = (await look()).get('streams.state_writers');
    clearInterval(timer);
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toMatch(
      /two services write market_state:BTCUSDT: .* goes back by [89]\.\d s/,
    );
  });

  failure(43, 'the clock of Redis is off', async () => {
    const clock = systemClock();
    const off = (ms: number) => ({ ...clock, nowMs: () => clock.nowMs() - ms });
    await stack.healthy();
    const far = (await look({ clock: off(6_000) })).get('redis.clock');
    expect(far).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(far?.says).toMatch(/the clock of Redis is [56]\.\d s ahead of this one/);
    expect((await look({ clock: off(-3_000) })).get('redis.clock')?.status).toBe('WARN');
  });

  failure(44, 'keys were evicted, and streams are at their cap', async () => {
    await stack.healthy();
    await stack.call('DEL', 'stream.signals');
    const many = `for i = 1, 10003 do redis.call('XADD', KEYS[1], '*', 'signal_id', i, 'strategy_id',
      'paper', 'symbol', 'BTCUSDT', 'side', 'BUY', 'timestamp', 1768684622) end`;
    await stack.call('EVAL', many, 1, 'stream.signals');
    const capped = (await look()).get('streams.caps');
    expect(capped?.says).toContain('stream.signals 10 003 capped: their length is not the total');
    const risky = async () => (await look()).get('redis.evictions');
    await stack.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await risky()).toMatchObject({ status: 'WARN', level: 'P1' });
    const used = /used_memory:(\d+)/.exec(String(await stack.call('INFO', 'memory')))?.[1];
    await stack.call('CONFIG', 'SET', 'maxmemory', String(Number(used) + 2_000_000));
    for (let n = 0; n < 60; n += 1) await stack.call('SET', `filler:${n}`, 'x'.repeat(100_000));
    const found = await look();
    const evicted = found.get('redis.evictions');
    expect(evicted).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(evicted?.says).toMatch(/[1-9]\d* keys were evicted.*allkeys-lru/);
    expect(found.get('redis.memory')).toMatchObject({ status: 'WARN', level: 'P1' });
  });

  failure(46, 'an old shutdown entry waits while execution runs', async () => {
    const entry = {
      ts: Math.floor(Date.now() / 1_000) - 7_200,
      reason: 'drawdown',
      priority: 'SAFETY',
    };
    await stack.add('stream.bot_shutdown', entry, 2 * HOUR_MS);
    await stack.healthy();
    const finding = (await look()).get('streams.shutdown');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toContain('1 entries, the newest 2 h ago: all strategies, drawdown');
  });

  failure(10, 'an order passes the exposure limit by a little', async () => {
    await stack.healthy();
    await stack.order('BTCUSDT-race', { quantity: '0.0594' });
    await stack.result('BTCUSDT-race', { quantity: '0.0594', filled_quantity: '0.0594' });
    const finding = (await look()).get('streams.exposure');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toContain('exposure 3003.76 USDT at worst');
    expect(finding?.says).toContain('limit 3000.00: 3.76 over');
  });

  failure(49, 'orders on their way are not counted', async () => {
    await stack.healthy();
    for (let n = 0; n < 9; n += 1) {
      await stack.order(`BTCUSDT-f${n}`, { quantity: '0.0065' });
      if (n > 6) continue;
      await stack.result(`BTCUSDT-f${n}`, { quantity: '0.0065', filled_quantity: '0.0065' });
    }
    await stack.result('BTCUSDT-f7', { status: 'ERROR', quantity: '0.0065', filled_quantity: 0 });
    const finding = (await look()).get('streams.exposure');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.figures).toMatchObject({ limit_usdt: 3_000 });
    // 3 × 0.00021991 and 7 × 0.0065 at the last fill's price, 1 × 0.0065 open, 1 × 0.0065 unknown.
    expect(finding?.says).toContain('(filled 2308.58, pending 590.89, unknown 325.08)');
  });

  failure(50, 'a price is NaN, in a stream, in the state, in a trade', async () => {
    const finding = async () => (await look()).get('streams.figures');
    await stack.healthy();
    await stack.result('BTCUSDT-nan', { price: 'nan', filled_quantity: 'NaN' });
    const inStream = await finding();
    expect(inStream).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(inStream?.says).toContain('4 figures are not finite');
    await stack.call('FLUSHALL');
    await stack.healthy();
    await stack.call('SET', 'market_state:BTCUSDT', '{"return_1m": NaN, "ts_ms": 1}', 'PX', 60_000);
    expect((await finding())?.says).toContain('market_state:BTCUSDT holds a figure');
    await stack.state();
    stack.feed((at) => JSON.stringify({ ...tick(at), price: 1 }).replace(':1,', ':NaN,'));
    expect((await finding())?.says).toMatch(/figures are not finite .* market_data: \{/);
  });

  failure(55, 'trades that are old, ahead, doubled and absurd', async () => {
    await stack.healthy();
    const odd: readonly ((at: number) => Readonly<Record<string, unknown>>)[] = [
      (at) => ({ ...tick(at), ts_ms: Date.now() - HOUR_MS }),
      (at) => ({ ...tick(at), ts_ms: Date.now() + HOUR_MS }),
      (at) => ({ ...tick(at), trade_id: 'again' }),
      (at) => ({ ...tick(at), symbol: '' }),
      (at) => ({ ...tick(at), symbol: 'A'.repeat(1_000_000) }),
      (at) => ({ ...tick(at), symbol: "BTC'; DROP TABLE" }),
      (at) => ({ ...tick(at), price: '1e308' }),
    ];
    stack.feed((at) => odd[at % odd.length]?.(at) ?? tick(at));
    const finding = (await look()).get('streams.inputs');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    const said = finding?.evidence.map(({ what }) => what).join('\n') ?? '';
    for (const words of [
      'a trade of BTCUSDT 1 h old',
      /a trade of BTCUSDT (59 min|1 h) ahead/,
      'trade again of mexc twice',
      '"" is no symbol',
      'a message of 1 000 1',
      '"BTC???DROP?TABLE" is no symbol',
      'BTCUSDT at a price of 1e308',
    ]) {
      expect(said).toMatch(words);
    }
  });

  failure(56, 'execution died between orders and results', async () => {
    await stack.order('BTCUSDT-lost-1', {}, 300_000);
    await stack.order('BTCUSDT-lost-2', {}, 200_000);
    await stack.healthy();
    const finding = (await look()).get('streams.results');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toContain(
      '2 of 5 orders have no result in stream.fills, the oldest for 5 min',
    );
  });

  it('tells a stream that is ahead of its clock', async () => {
    await stack.healthy();
    await stack.add('stream.fills', { type: 'order_result' }, -60_000);
    const finding = (await look()).get('streams.clock');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toMatch(/stream\.fills is (59|60) s ahead/);
  });

  it('tells what a user may not ask, and examines the rest', async () => {
    await stack.healthy();
    await stack.call('ACL', 'SETUSER', 'poor', 'reset', 'on', '>not-real', '~*', '+@read', '+ping');
    const found = await look({ url: server.url.replace('//', '//poor:not-real@') });
    expect(troubles(found)).toEqual([
      'redis.rights WARN: the user of the URL may not ask: INFO, CLIENT LIST, PUBSUB NUMSUB',
    ]);
    expect(found.get('redis.memory')?.says).toContain('does not tell this user its memory');
    expect(found.get('streams.listeners')?.says).toContain('may not ask PUBSUB NUMSUB');
    expect(found.get('streams.market_data')?.says).toContain('may not listen to market_data');
    expect(found.get('streams.regime')?.status).toBe('OK');
  });
});

const USDT_ORDER = {
  ...{ type: 'order', symbol: 'BTCUSDT', side: 'BUY', quantity: '20.0', stop_loss_pct: '0.02' },
  ...{ strategy_id: 'paper', signal_id: 'sig-1', reason: 'Momentum', client_id: 'BTCUSDT-usdt' },
  timestamp: Math.floor(Date.now() / 1_000),
};

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisLink, Word } from '../../../src/adapters/redis/redis-link.js';
import { stateDirectory } from '../../../src/adapters/files/state-directory.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { CommandIo } from '../../../src/commands/command-io.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { parseConfig } from '../../../src/config/parse-config.js';
import { CHECKS } from '../../../src/doctor/checks.js';
import { examine } from '../../../src/doctor/examine.js';
import type { Facts, Probes } from '../../../src/doctor/facts.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { readFacts } from '../../../src/doctor/read-facts.js';
import type { RedisFacts } from '../../../src/doctor/redis/facts.js';
import type { Clock } from '../../../src/engine/ports/clock.js';
import { redisProbes } from '../../../src/main/doctor/redis-probes.js';
import { readingsWith } from '../../unit/doctor/readings.js';

const NAMES = ['stack', 'redisServer', 'samples', 'ticks'] as const;

interface Asked {
  /** Of Redis; left out: none is configured. */
  readonly url?: string;
  readonly stateDir?: string;
  readonly clock?: Clock;
  /** Facts of other groups, as their probes would have read them. */
  readonly facts?: Partial<Facts>;
}

/** What the groups "redis" and "streams" find, by id; the real probes read it. */
export async function checkUp(asked: Asked): Promise<ReadonlyMap<string, Finding>> {
  const { url, clock = systemClock(), facts = {} } = asked;
  const parsed = parseConfig({
    flags: [],
    env: url === undefined ? {} : { CDB_REDIS_URL: url },
    files: [],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const state = stateDirectory(asked.stateDir ?? mkdtempSync(join(tmpdir(), 'cdb-doctor-')));
  const probes: Probes<RedisFacts> = redisProbes({
    ...{ options: new ParsedOptions({}), io: {} as CommandIo, state, clock },
    ...{ config: parsed.config, faults: [], isOffline: false, database: null },
  });
  const read = await readFacts(probes as Probes, new Set(NAMES), { limitMs: 2_000, clock });
  const others = readingsWith(facts, clock.nowMs());
  const readings = { ...others, ...read };
  const own = CHECKS.filter(({ group }) => group === 'redis' || group === 'streams');
  const nowMs = clock.nowMs();
  const findings = await examine(own, { readings, nowMs, limitMs: 2_000, clock });
  return new Map(findings.map((finding) => [finding.id, finding]));
}

/** What is neither well nor left out, for a comparison that shows all of it. */
export function troubles(found: ReadonlyMap<string, Finding>): readonly string[] {
  return [...found.values()]
    .filter(({ status }) => status !== 'OK' && status !== 'SKIP')
    .map(({ id, status, says }) => `${id} ${status}: ${says}`);
}

export type Fields = Readonly<Record<string, string | number>>;

/** The messages of a stack of services, written by hand into a real Redis. */
export class RedisStack {
  readonly #link: RedisLink;
  #feed: NodeJS.Timeout | null = null;

  constructor(link: RedisLink) {
    this.#link = link;
  }

  call(command: string, ...words: readonly Word[]): Promise<unknown> {
    return this.#link.call('set up a test', command, ...words);
  }

  /** @param ageMs null: the server numbers it */
  async add(stream: string, fields: Fields, ageMs: number | null = null): Promise<void> {
    const id = ageMs === null ? '*' : `${Date.now() - ageMs}-*`;
    await this.call('XADD', stream, id, ...Object.entries(fields).flat());
  }

  /** One a minute up to now, of which the newest is `ageMs` old by its id where that is given. */
  async candles(count: number, more: Fields = {}, ageMs: number | null = null): Promise<void> {
    for (let back = count - 1; back >= 0; back -= 1) {
      const at = Math.floor(Date.now() / 60_000) * 60 - back * 60;
      await this.add('stream.candles_1m', { ...CANDLE, ts: at, ...more }, ageMs);
    }
  }

  async regime(regime: string, secAgo: number, ageMs: number | null = null): Promise<void> {
    const ts = Math.floor(Date.now() / 1_000) - secAgo;
    await this.add('stream.regime_signals', { ...REGIME, regime, ts }, ageMs);
  }

  async order(clientId: string, more: Fields = {}, ageMs: number | null = null): Promise<void> {
    const fields = { ...ORDER, client_id: clientId, timestamp: nowSec(), ...more };
    await this.add('stream.orders', fields, ageMs);
  }

  async result(clientId: string, more: Fields = {}): Promise<void> {
    const fields = { ...RESULT, client_id: clientId, timestamp: nowSec(), ...more };
    await this.add('stream.fills', fields);
    await this.add('stream.order_results', fields);
  }

  async state(more: Readonly<Record<string, unknown>> = {}, ttlMs = 120_000): Promise<void> {
    const text = JSON.stringify({
      ...STATE,
      ts_ms: Date.now(),
      last_tick_ts_ms: Date.now(),
      ...more,
    });
    await this.call('SET', 'market_state:BTCUSDT', text, 'PX', ttlMs);
  }

  publish(topic: string, message: object | string): Promise<unknown> {
    return this.call(
      'PUBLISH',
      topic,
      typeof message === 'string' ? message : JSON.stringify(message),
    );
  }

  /** Publishes again and again until the stack ends. */
  feed(message: (at: number) => object | string): void {
    let at = 0;
    this.#feed = setInterval(() => {
      at += 1;
      void this.publish('market_data', message(at)).catch(() => undefined);
    }, 20);
  }

  /** All that a stack writes while everything is well. */
  async healthy(): Promise<void> {
    await this.candles(45);
    for (const [regime, secAgo] of [
      ['RANGE', 900],
      ['TREND', 120],
      ['TREND', 60],
    ] as const) {
      await this.regime(regime, secAgo);
    }
    await this.add('stream.allocation_decisions', ALLOCATION);
    for (let n = 0; n < 3; n += 1) {
      await this.add('stream.signals', { ...SIGNAL, signal_id: `sig-${n}`, timestamp: nowSec() });
      await this.order(`BTCUSDT-${n}`);
      await this.result(`BTCUSDT-${n}`);
    }
    await this.state();
  }

  stop(): void {
    if (this.#feed !== null) clearInterval(this.#feed);
    this.#feed = null;
  }
}

export function tick(at: number): Readonly<Record<string, unknown>> {
  return { ...TICK, ts_ms: Date.now(), trade_id: `t-${at}` };
}

function nowSec(): number {
  return Math.floor(Date.now() / 1_000);
}

const CANDLE = {
  ...{ symbol: 'BTCUSDT', timeframe: '60s', trades: 3, volume: '0.04214000' },
  ...{ open: '70464.38000000', high: '70476.81000000', low: '70463.80000000' },
  ...{ close: '70467.52000000', schema_version: '1', source_version: '1' },
};
const REGIME = {
  ...{ symbol: 'BTCUSDT', timeframe: '60s', adx: '27.120000', atr: '38.120000' },
  ...{ source_version: '1', schema_version: '1' },
};
const ALLOCATION = {
  ...{ ts: nowSec(), strategy_id: 'paper', allocation_pct: '0.020000', cooldown_until: '' },
  reason: 'regime=TREND|perf_not_ready',
};
const SIGNAL = {
  ...{ type: 'signal', schema_version: 'v1.0', strategy_id: 'paper', symbol: 'BTCUSDT' },
  ...{
    side: 'BUY',
    price: '70467.52',
    pct_change: '0.0077',
    reason: 'Momentum: +0.0077% > 0.005%',
  },
};
const ORDER = {
  ...{ type: 'order', symbol: 'BTCUSDT', side: 'BUY', quantity: '0.00021991', price: '90905.65' },
  ...{ strategy_id: 'paper', signal_id: 'sig-518bcafe', reason: 'Momentum', stop_loss_pct: '0.02' },
};
const RESULT = {
  ...{ type: 'order_result', order_id: 'MOCK_90424891', status: 'FILLED', symbol: 'BTCUSDT' },
  ...{ side: 'BUY', quantity: '0.00021991', filled_quantity: '0.00021991', price: '50012.91' },
  strategy_id: 'paper',
};
const STATE = {
  ...{ symbol: 'BTCUSDT', return_1m: 0.01, return_5m: 0.05, price_change_5m: 0.05 },
  ...{ close_now: 70467.52, close_1m_ago: 70460.1, close_5m_ago: 70430.9, regime_id: 0 },
};
const TICK = {
  ...{ schema_version: 'v1.0', source: 'mexc', symbol: 'BTCUSDT', side: 'buy' },
  ...{ price: '70476.81', trade_qty: '0.00014501' },
};

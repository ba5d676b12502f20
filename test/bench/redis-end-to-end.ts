import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { withSqlSession } from '../../src/adapters/postgres/sql-client.js';
import type { RedisLink } from '../../src/adapters/redis/redis-link.js';
import { shardKeys } from '../../src/adapters/redis/shard-keys.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { EXECUTIONS_MAX_MAX } from '../../src/engine/control/execution-throttle.js';
import { WARM_UP_MS } from '../../src/engine/paced-feed.js';
import { ensureSchema } from '../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../src/schema/migration-files.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { round } from './histogram.js';
import { killRounds } from './kill-over-redis.js';

/**
 * (f) One run over Redis: ingest, pipelines and a writer in processes of their own, with an external
 * PostgreSQL, all on the same cores. One symbol a shard.
 */
const SYMBOLS = ['BTCUSDT', 'SOLUSDT', 'LTCUSDT', 'ADAUSDT'];
const SHARDS = SYMBOLS.length;
const SAMPLE = 'data/sample/binance-futures-btcusdt-20200222.csv.gz';
/** Beyond the two hours of the sample, in whole minutes. */
const SHIFT_MS = 126 * 60_000;
const SAMPLE_SEC = 126 * 60;
const IS_SHORT = process.env['CDB_BENCH_SHORT'] === '1';
const OUTAGE_SEC = IS_SHORT ? 8 : 30;
const OUTAGE_TRADES_PER_SEC = 2_000;
const LATENCY_TRADES_PER_SEC = 200;
const LATENCY_SEC = IS_SHORT ? 8 : 20;
const SETTLE_MS = 2_000;
const LATENCY_SETTLE_SEC = 10;
/** A trade a second of each symbol. */
const PAST_TRADES = (SYMBOLS.length * WARM_UP_MS) / 1_000;
const PRICE = 9_600;
const EVERY_TRADE_IS_BOUGHT = {
  CANDLE_INTERVAL_SEC: '20',
  SIGNAL_THRESHOLD_PP: '-1000',
  ALLOCATION_MIN_STABLE_SEC: '0',
  ALLOCATION_EARLY_FRACTION: '0.000001',
  GATE_VOLUME15M_MIN: '0',
  GATE_PCT_CHANGE15M_PP_MIN: '-1000',
  GATE_DAILY_DRAWDOWN_PP_MAX: '1000',
  GATE_TOTAL_EXPOSURE_PP_MAX: '100000',
  RISK_MAX_TOTAL_EXPOSURE_FRACTION: '1',
  RISK_BALANCE_USDT: '100000000000',
  RISK_AUTO_UNWIND: 'false',
  BREAKER_ORDERS_PER_MIN_MAX: '1000000',
  PAPER_LATENCY_MS_MIN: '0',
  PAPER_LATENCY_MS_MAX: '0',
  PAPER_PARTIAL_FRACTION: '0',
  PAPER_REJECT_FRACTION: '0',
};
const KILL_COPIES = 6;
const KILL_SPEED = '40';
/** Some 10,000 trades of each symbol in two hours. */
const KILL_TRADES_PER_SEC = Math.round((10_000 * SYMBOLS.length * Number(KILL_SPEED)) / SAMPLE_SEC);
const WAIT_MS = 120_000;
/** Whatever becomes of the bench, no process outlives this. */
const PROCESS_MS_MAX = 600_000;
/** Each configuration and control record, told to each shard once. */
const OTHER_INPUTS = 2 * SHARDS;

const [, scope = 'all'] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), 'cdb-bench-redis-'));
// The database's guardian keeps no process alive, so that its end can't be waited for without this.
const alive = setInterval(() => undefined, 1_000);
const postgres = await ExternalPostgres.start();
const processes: Role[] = [];
const files = new Map<number, { readonly path: string; readonly trades: number }>();
let databases = 0;

interface Role {
  readonly child: ChildProcess;
  text: string;
}

interface Place {
  readonly redis: RedisServer;
  readonly link: RedisLink;
  readonly database: string;
  readonly env: Readonly<Record<string, string>>;
}

try {
  await withSqlSession(postgres.connection, 'bench', (session) =>
    ensureSchema(session, {
      ...{ files: loadMigrations(), clock: systemClock(), cdbVersion: 'bench', waitForLockMs: 0 },
    }),
  );
  const wants = (name: string) => scope === 'all' || scope === name;
  const result = {
    symbols: SYMBOLS.length,
    shards: SHARDS,
    redis: 'append-only file, fsync every second',
    one_pipeline: wants('throughput') ? await throughput(1) : null,
    two_pipelines: wants('throughput') ? await throughput(2) : null,
    latency: wants('latency') ? await latency() : null,
    kill: scope === 'kill' ? await kill() : null,
    redis_away: wants('outage') ? await outage() : null,
  };
  process.stdout.write(JSON.stringify(result));
} finally {
  for (const { child } of processes) if (child.exitCode === null) child.kill('SIGKILL');
  await postgres.end();
  rmSync(directory, { recursive: true, force: true });
  clearInterval(alive);
}

/** A file as fast as it goes, until its last trade is in the audit trail and acknowledged. */
async function throughput(pipelines: number): Promise<unknown> {
  return withPlace({}, async (place) => {
    const { path, trades } = tradesFile(1);
    const others = await startOthers(place, pipelines);
    const before = await xaddCalls(place.link);
    const ingest = start(place, 'ingest', ['--feed', path, '--speed', 'max']);
    await says(ingest, 'OK running');
    const startedAtMs = performance.now();
    await written(place, trades + OTHER_INPUTS);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    const calls = (await xaddCalls(place.link)) - before;
    const rss = others.map(({ child }) => rssBytes(child));
    await end([ingest, ...others]);
    const [rows] = await postgres.run(
      place.database,
      `SELECT (SELECT count(*)::int FROM risk_events) AS decisions,
              (SELECT count(*)::int FROM trades) AS fills`,
    );
    const ceiling = xaddCeiling(place.redis);
    return {
      ...{ pipelines, trades, seconds: round(seconds), ...rows },
      trades_per_sec: Math.round(trades / seconds),
      xadd_per_sec: Math.round(calls / seconds),
      xadd_ceiling_per_sec: ceiling ?? 'not measured: redis-benchmark is not here',
      xadd_share_of_ceiling: ceiling === null ? null : round(calls / seconds / ceiling),
      rss_bytes_max: Math.max(...rss),
    };
  });
}

/**
 * A file at its own speed, behind a past that is folded at once. Every trade is made a signal, nothing
 * limits how many may be bought, and the simulated venue fills at once: the time is the engine's.
 */
async function latency(): Promise<unknown> {
  return withPlace(thresholds(EVERY_TRADE_IS_BOUGHT), async (place) => {
    const { path, tradedAtMs, liveSinceMs } = liveFile();
    const others = await startOthers(place, 1);
    const ingest = start(place, 'ingest', ['--feed', path, '--speed', '1']);
    await says(ingest, 'OK running');
    const runGroup = (await place.link.call('look', 'HGET', 'cdb:run', 'runGroup')) as string;
    const clockGapMs = await smallestGapMs(place, runGroup, liveSinceMs);
    await written(place, tradedAtMs.size + PAST_TRADES + OTHER_INPUTS);
    await pause(SETTLE_MS);
    const orders = await entriesOf(place, 'stream.orders');
    const prices = new Map(
      orders.map(({ fields }) => [fields['order_id'], Number(fields['price'])]),
    );
    const fills = await entriesOf(place, 'stream.fills');
    await end([ingest, ...others]);
    const settledAtMs = liveSinceMs + LATENCY_SETTLE_SEC * 1_000;
    const all = fills
      .flatMap(({ atMs, fields }) => {
        const from = tradedAtMs.get(prices.get(fields['order_id']) ?? 0) ?? 0;
        return from < settledAtMs ? [] : [atMs - clockGapMs - from];
      })
      .sort((a, b) => a - b);
    return {
      trades_per_sec: LATENCY_TRADES_PER_SEC,
      trades: LATENCY_SEC * LATENCY_TRADES_PER_SEC,
      fills: all.length,
      trade_to_fill_ms: { p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: all.at(-1) },
      note: 'from the trade to the entry of its fill in stream.fills, behind the commits of its audit; times of the file are set against the clock by the trade that came to Redis soonest',
    };
  });
}

/** (h) The kill switch over Redis and PostgreSQL: two processes, and the command as a third. */
async function kill(): Promise<unknown> {
  return withPlace(thresholds(EVERY_TRADE_IS_BOUGHT), async (place) => {
    const { path } = tradesFile(KILL_COPIES);
    const other = start(place, 'pipeline,writer', []);
    await says(other, 'no run has begun');
    const stateDirOf = (n: number) => join(directory, String(n), 's');
    const stateDirs = [processes.length - 1, processes.length].map(stateDirOf) as [string, string];
    const ingest = start(place, 'ingest', ['--feed', path, '--speed', KILL_SPEED]);
    await says(ingest, 'OK running');
    const ordersMs = async () => {
      const words = ['stream.orders', '+', '-', 'COUNT', '2000'];
      const found = (await place.link.call('look', 'XREVRANGE', ...words)) as [string][];
      return found.map(([id]) => Number(id.split('-')[0])).reverse();
    };
    const result = await killRounds({
      env: { ...place.env, HOME: directory },
      stateDirs,
      ordersMs,
    });
    await end([ingest, other]);
    return { trades_per_sec_about: KILL_TRADES_PER_SEC, result };
  });
}

/** Of times in the file to the clock of the host: of the trade that was with Redis soonest. */
async function smallestGapMs(place: Place, runGroup: string, sinceMs: number): Promise<number> {
  const link = await place.redis.link();
  const keys = SYMBOLS.map((_, shard) => shardKeys(runGroup, shard).inputs);
  const untilMs = performance.now() + LATENCY_SETTLE_SEC * 1_000;
  let smallest = Infinity;
  let after = keys.map(() => '$');
  while (performance.now() < untilMs) {
    const words = ['COUNT', '1000', 'BLOCK', '200', 'STREAMS', ...keys, ...after];
    const found = await link.call('read', 'XREAD', ...words);
    const nowMs = Date.now();
    for (const [key, entries] of (found ?? []) as [string, [string, string[]][]][]) {
      after = after.map((id, n) => (keys[n] === key ? (entries.at(-1)?.[0] ?? id) : id));
      for (const [, fields] of entries) {
        const input = JSON.parse(fields[fields.indexOf('i') + 1] ?? '{}') as { tsMs?: number };
        if ((input.tsMs ?? 0) >= sinceMs) smallest = Math.min(smallest, nowMs - (input.tsMs ?? 0));
      }
    }
  }
  return smallest;
}

/** Every trade of now has a price of its own, by which its order is known. */
function liveFile() {
  const startMs = Date.UTC(2024, 0, 1);
  const liveSinceMs = startMs + WARM_UP_MS;
  const tradedAtMs = new Map<number, number>();
  const lines = ['ts_ms,symbol,price,qty,side,trade_id'];
  const add = (tsMs: number, n: number, price: string) => {
    lines.push([tsMs, SYMBOLS[n % SYMBOLS.length], price, '1', 'buy', lines.length].join(','));
  };
  for (let n = 0; n < PAST_TRADES; n += 1) {
    const tsMs = startMs + Math.floor((n * WARM_UP_MS) / PAST_TRADES);
    add(tsMs, n, (PRICE * (0.95 + (0.05 * n) / PAST_TRADES)).toFixed(2));
  }
  const count = (LATENCY_SETTLE_SEC + LATENCY_SEC) * LATENCY_TRADES_PER_SEC;
  for (let n = 0; n < count; n += 1) {
    const tsMs = liveSinceMs + Math.floor((n * 1_000) / LATENCY_TRADES_PER_SEC);
    const price = (PRICE + n * 0.001).toFixed(3);
    tradedAtMs.set(Number(price), tsMs);
    add(tsMs, n, price);
  }
  const path = join(directory, 'live.csv');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { path, tradedAtMs, liveSinceMs };
}

async function entriesOf(place: Place, stream: string) {
  const found = await place.link.call('read', 'XRANGE', stream, '-', '+');
  return (found as [string, string[]][]).map(([id, words]) => {
    const pairs = Array.from({ length: words.length / 2 }, (_, n) => words.slice(2 * n, 2 * n + 2));
    return {
      atMs: Number.parseInt(id, 10),
      fields: Object.fromEntries(pairs) as Readonly<Record<string, string>>,
    };
  });
}

/** With no trigger on orders that repeat themselves, which here is what is measured. */
function thresholds(values: Readonly<Record<string, string>>): Record<string, string> {
  return {
    CDB_TRIGGERS_EXECUTIONS_MAX: String(EXECUTIONS_MAX_MAX),
    CDB_TRIGGERS_EXECUTIONS_SAME_PRICE_MAX: String(EXECUTIONS_MAX_MAX),
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`CDB_THRESHOLDS_OVERRIDES_${name}`, value]),
    ),
  };
}

/** What comes while Redis is away waits on disk. */
async function outage(): Promise<unknown> {
  return withPlace({}, async (place) => {
    const perMarketSec = tradesFile(1).trades / SAMPLE_SEC;
    const speed = Math.round(OUTAGE_TRADES_PER_SEC / perMarketSec);
    const copies = Math.ceil(((OUTAGE_SEC + 12) * speed) / SAMPLE_SEC);
    const { path, trades } = tradesFile(copies);
    const others = await startOthers(place, 1);
    const ingest = start(place, 'ingest', ['--feed', path, '--speed', String(speed)]);
    await says(ingest, 'OK running');
    await pause(SETTLE_MS);
    const before = rssBytes(ingest.child);
    await place.redis.kill();
    const awaySinceMs = performance.now();
    let most = before;
    while (performance.now() - awaySinceMs < OUTAGE_SEC * 1_000) {
      most = Math.max(most, rssBytes(ingest.child));
      await pause(100);
    }
    await place.redis.up();
    const backAtMs = performance.now();
    await written(place, trades + OTHER_INPUTS);
    const caughtUpSec = (performance.now() - backAtMs) / 1_000;
    await end([ingest, ...others]);
    const [rows] = await postgres.run(
      place.database,
      'SELECT sum(seq)::int AS inputs FROM audit_cursor',
    );
    return {
      seconds_away: OUTAGE_SEC,
      trades_per_sec: OUTAGE_TRADES_PER_SEC,
      trades,
      lost: trades + OTHER_INPUTS - Number(rows?.['inputs']),
      ingest_rss_bytes: { before, while_away_max: most, growth: most - before },
      seconds_until_all_is_written: round(caughtUpSec),
    };
  });
}

async function withPlace<T>(
  env: Readonly<Record<string, string>>,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const redis = await RedisServer.start();
  databases += 1;
  const database = `bench_${databases}`;
  await postgres.run('postgres', `CREATE DATABASE ${database} TEMPLATE cdb`);
  try {
    return await work({
      ...{ redis, link: await redis.link(), database },
      env: {
        ...{ CDB_THRESHOLDS_OVERRIDES_SIGNAL_SYMBOL: '*', ...env },
        ...{ CDB_REDIS_URL: redis.url, CDB_REDIS_SHARDS: String(SHARDS), CDB_METRICS_PORT: '0' },
        CDB_DATABASE_URL: postgres.url({ database }),
      },
    });
  } finally {
    await redis.end();
  }
}

async function startOthers(place: Place, pipelines: number): Promise<readonly Role[]> {
  const names = Array.from({ length: pipelines }, () => 'pipeline');
  const others = [...names, 'writer'].map((role) => start(place, role, []));
  // They wait for a run, which is what they say once they have started.
  for (const other of others) await says(other, 'no run has begun');
  return others;
}

function start({ env }: Place, role: string, args: readonly string[]): Role {
  const home = join(directory, String(processes.length));
  mkdirSync(home);
  // Facts are shown by the writer; nobody reads them here.
  const quiet = role === 'ingest' ? [] : ['--quiet'];
  const words = ['bin/cdb.js', 'run', '--paper', ...quiet, '--roles', role, ...args];
  const child = spawn(process.execPath, [...words, '--state-dir', join(home, 's')], {
    env: { PATH: process.env['PATH'], HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROCESS_MS_MAX,
    killSignal: 'SIGKILL',
  });
  const started: Role = { child, text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => (started.text += part.toString()));
  }
  processes.push(started);
  return started;
}

async function says(role: Role, text: string): Promise<void> {
  await until(text, () => {
    if (role.child.exitCode !== null) throw new Error(`it ended: ${role.text}`);
    return Promise.resolve(role.text.includes(text));
  });
}

async function written({ link }: Place, inputs: number): Promise<void> {
  await until(`${inputs} inputs are written`, async () => {
    try {
      const runGroup = String(await link.call('look', 'HGET', 'cdb:run', 'runGroup'));
      let sum = 0;
      for (let shard = 0; shard < SHARDS; shard += 1) {
        const { meta } = shardKeys(runGroup, shard);
        sum += Number(await link.call('look', 'HGET', meta, 'written'));
      }
      return sum >= inputs;
    } catch {
      return false; // Redis is on its way back.
    }
  });
}

async function end(roles: readonly Role[]): Promise<void> {
  for (const { child } of roles) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    await ended;
  }
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + WAIT_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) {
      throw new Error(`in vain: ${what}\n${processes.map(({ text }) => text).join('\n')}`);
    }
    await pause(20);
  }
}

/** The sample said of all symbols in turns, and again, later. */
function tradesFile(copies: number): { readonly path: string; readonly trades: number } {
  const known = files.get(copies);
  if (known !== undefined) return known;
  const [header = '', ...rows] = gunzipSync(readFileSync(SAMPLE)).toString().trim().split('\n');
  const names = header.split(',');
  const [time, symbol] = [names.indexOf('ts_ms'), names.indexOf('symbol')];
  const lines = [header];
  for (let copy = 0; copy < copies; copy += 1) {
    for (const row of rows) {
      const cells = row.split(',');
      const at = String(Number(cells[time]) + copy * SHIFT_MS);
      for (const name of SYMBOLS) lines.push(cells.with(time, at).with(symbol, name).join(','));
    }
  }
  const path = join(directory, `trades-${copies}.csv`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const made = { path, trades: lines.length - 1 };
  files.set(copies, made);
  return made;
}

/** Those of scripts included. */
async function xaddCalls(link: RedisLink): Promise<number> {
  const stats = String(await link.call('look', 'INFO', 'commandstats'));
  return Number(/^cmdstat_xadd:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

/** Null where redis-benchmark is not installed. */
function xaddCeiling({ port }: RedisServer): number | null {
  const load = ['-n', '200000', '-P', '50', '-c', '4', '--csv'];
  const command = ['XADD', 'bench', '*', 'i', 'x'.repeat(200)];
  const { status, stdout } = spawnSync(
    'redis-benchmark',
    ['-p', String(port), ...load, ...command],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (status !== 0) return null;
  const rate = Number(
    /"([\d.]+)"/.exec(
      stdout
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^"[^"]*",/, '') ?? '',
    )?.[1],
  );
  return Number.isFinite(rate) ? Math.round(rate) : null;
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

/** 0 when it has gone. */
function rssBytes({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisLink } from '../../../src/adapters/redis/redis-link.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { examine } from '../../../src/doctor/examine.js';
import type { Check } from '../../../src/doctor/check.js';
import type { FactName, Probes } from '../../../src/doctor/facts.js';
import type { Finding } from '../../../src/doctor/finding.js';
import { readFacts } from '../../../src/doctor/read-facts.js';
import { TOPICS } from '../../../src/engine/domain/wire/streams.js';
import type { Readings } from '../../../src/doctor/facts.js';
import { doctorPlace } from '../../../src/main/doctor/doctor-place.js';
import { pipelineProbes } from '../../../src/main/doctor/pipeline-probes.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { readingsWith } from '../../unit/doctor/readings.js';
import type { ExternalPostgres } from '../postgres/external-postgres.js';
import type { RedisServer } from '../redis/redis-fixture.js';
import { FakeService } from './fake-service.js';

const SQL = join(import.meta.dirname, '../../fixtures/old-stack');
export const HOUR_MS = 3_600_000;
const UP_H = 22;

/** What each service counts after 22 hours in which all went well. */
const COUNTED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ws: { decoded_messages_total: 100_000, redis_publish_total: 330_000, decode_errors_total: 0 },
  candles: { candle_candles_emitted_total: 1_320 },
  regime: { regime_candles_processed_total: 1_320 },
  allocation: { allocation_decisions_total: 3 },
  signal: { signals_generated_total: 880 },
  risk: { signals_received_total: 880, orders_approved_total: 440, orders_blocked_total: 440 },
  execution: {
    execution_orders_received_total: 440,
    execution_orders_filled_total: 418,
    execution_orders_rejected_total: 22,
  },
  db_writer: { db_writer_events_failed_total: 0 },
};
const GAUGES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ws: { ws_connected: 1 },
  risk: { risk_total_exposure_value: 100, risk_kill_switch_active: 0 },
};

/** A stack of the reference as far as a check-up sees it: real stores, services that are fakes. */
export class StackStage {
  readonly directory = mkdtempSync(join(tmpdir(), 'cdb-doctor-'));
  readonly services: Record<string, FakeService> = {};
  readonly postgres: ExternalPostgres;
  readonly redis: RedisServer;
  readonly link: RedisLink;
  readonly database: string;
  readonly #listeners: RedisLink[] = [];

  private constructor(
    stores: { readonly postgres: ExternalPostgres; readonly redis: RedisServer },
    database: string,
    link: RedisLink,
  ) {
    this.postgres = stores.postgres;
    this.redis = stores.redis;
    this.database = database;
    this.link = link;
  }

  /** Everything well for 22 hours, and one look that was kept 50 minutes ago. */
  static async healthy(
    stores: { readonly postgres: ExternalPostgres; readonly redis: RedisServer },
    { isYoung = false } = {},
  ): Promise<StackStage> {
    const database = `d_${Math.random().toString(36).slice(2)}`;
    await stores.postgres.run('cdb', `CREATE DATABASE ${database}`);
    const link = await stores.redis.link();
    await link.call('empty', 'FLUSHALL');
    const stage = new StackStage(stores, database, link);
    for (const [name, figures] of Object.entries(COUNTED)) {
      stage.services[name] = await FakeService.start({
        ...figures,
        ...GAUGES[name],
        process_start_time_seconds: Date.now() / 1_000 - UP_H * 3_600,
      });
    }
    stage.service('ws').figures['last_message_ts_ms'] = Date.now() - 1_000;
    stage.service('risk').status = {
      risk_state: { total_exposure: 100, last_prices: { BTCUSDT: 50_000 } },
    };
    await stage.#fill();
    for (let at = 0; at < 2; at += 1) {
      const listener = await stores.redis.link('listener');
      await listener.listen(Object.values(TOPICS), () => undefined);
      stage.#listeners.push(listener);
    }
    if (!isYoung) stage.keep(50);
    return stage;
  }

  service(name: string): FakeService {
    const service = this.services[name];
    if (service === undefined) throw new Error(`no service ${name}`);
    return service;
  }

  /** What an earlier run kept: everything had grown evenly until then, but what is told here. */
  keep(minutesAgo: number, told: Readonly<Record<string, number>> = {}): void {
    const share = 1 - minutesAgo / (UP_H * 60);
    const counted = Object.entries(COUNTED).flatMap(([service, figures]) =>
      Object.entries(figures).map(([name, value]) => [
        `${service}.${name}`,
        Math.floor(value * share),
      ]),
    );
    const values = {
      ...Object.fromEntries(counted),
      ...{ 'risk.risk_total_exposure_value': 99, 'rows.risk_events': Math.floor(880 * share) },
      'rows.signals': Math.floor(880 * share),
      'rows.correlation_ledger': Math.floor(880 * share),
      'rows.orders': Math.floor(440 * share),
      'rows.trades': Math.floor(418 * share),
      'rows.positions': 1,
      ...told,
    };
    const sinceMs = Date.now() - UP_H * HOUR_MS;
    const c = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        [value, name.startsWith('rows.') || name.startsWith('stop.') ? null : sinceMs, 0],
      ]),
    );
    const reports = join(this.directory, 'reports');
    mkdirSync(reports, { recursive: true });
    const line = JSON.stringify({ v: 1, at: Date.now() - minutesAgo * 60_000, c });
    writeFileSync(join(reports, 'samples.jsonl'), `${line}\n`, { flag: 'a' });
  }

  forget(): void {
    rmSync(join(this.directory, 'reports'), { recursive: true, force: true });
  }

  run(...statements: readonly string[]) {
    return this.postgres.run(this.database, ...statements);
  }

  /** An entry that the server numbers as if it had come so long ago. */
  async add(stream: string, agoMs: number, fields: Readonly<Record<string, string>>) {
    const words = Object.entries(fields).flat();
    await this.link.call('add', 'XADD', stream, `${Date.now() - agoMs}-*`, ...words);
  }

  async findings(
    checks: readonly Check[],
    facts: Partial<Readings> = {},
  ): Promise<Map<string, Finding>> {
    const place = await this.place();
    const { clock } = place;
    const probes = pipelineProbes(place);
    const wanted = new Set<FactName>(['engine', 'counters', 'trading']);
    const read = await readFacts(probes as Probes, wanted, { limitMs: 5_000, clock });
    const readings = { ...readingsWith({}), ...read, ...facts };
    const found = await examine(checks, { readings, nowMs: clock.nowMs(), limitMs: 5_000, clock });
    return new Map(found.map((finding) => [finding.id, finding]));
  }

  /** As an operator would set them. */
  variables(): Record<string, string> {
    const services = Object.entries(this.services).map(([name, { url }]) => `cdb_${name}=${url}`);
    return {
      CDB_STATE_DIR: this.directory,
      CDB_DATABASE_URL: this.postgres.url({ database: this.database }),
      CDB_REDIS_URL: this.redis.url,
      CDB_DOCTOR_SERVICES: services.join(','),
    };
  }

  place(isOffline = false) {
    const io = fakeCommandIo({ env: this.variables(), cwd: this.directory });
    return doctorPlace(new ParsedOptions({ offline: isOffline }), io);
  }

  async end(): Promise<void> {
    for (const service of Object.values(this.services)) await service.end();
    for (const listener of this.#listeners) listener.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** One listener of every topic goes and does not come back. */
  loseListener(): void {
    this.#listeners.pop()?.close();
  }

  async #fill(): Promise<void> {
    const files = ['base', 'candles', '003', 'risk_events_v2', '005', '006'];
    await this.run(...files.map((name) => readFileSync(join(SQL, `${name}.sql`), 'utf8')));
    const spread = (count: number) =>
      `now() - (${count} - g) * interval '${(UP_H * 60) / count} min'`;
    await this.run(
      `INSERT INTO risk_events (timestamp_ms, symbol, decision, reason_code, created_at)
       SELECT 0, 'BTCUSDT', CASE g % 2 WHEN 0 THEN 'ALLOW' ELSE 'BLOCK' END,
         CASE g % 2 WHEN 0 THEN NULL ELSE (ARRAY['RC_010', 'RC_001'])[1 + g / 2 % 2] END, ${spread(880)}
       FROM generate_series(1, 880) g`,
      `INSERT INTO signals (symbol, signal_type, price, confidence, timestamp)
       SELECT 'BTCUSDT', 'buy', 50000, 0.5, ${spread(880)} FROM generate_series(1, 880) g`,
      `INSERT INTO correlation_ledger (event_pk, correlation_id, signal_id, event_type, symbol,
         timestamp_ms, created_at)
       SELECT g::text, 'c', 's' || g, 'SIGNAL', 'BTCUSDT', 0, ${spread(880)}
       FROM generate_series(1, 880) g`,
      `INSERT INTO orders (symbol, side, price, size, filled_size, avg_fill_price, status, created_at)
       SELECT 'BTCUSDT', CASE g % 2 WHEN 0 THEN 'buy' ELSE 'sell' END, 50000, 0.001,
         CASE WHEN g <= 22 THEN 0 ELSE 0.001 END, 50000,
         CASE WHEN g <= 22 THEN 'rejected' ELSE 'filled' END, ${spread(440)}
       FROM generate_series(1, 440) g`,
      `UPDATE orders SET side = 'buy' WHERE id = 23`,
      `INSERT INTO trades (symbol, side, price, size, execution_price, timestamp)
       SELECT 'BTCUSDT', CASE g % 2 WHEN 0 THEN 'buy' ELSE 'sell' END, 50000, 0.001, 50000, ${spread(418)}
       FROM generate_series(1, 418) g`,
      `INSERT INTO positions (symbol, side, size, entry_price, updated_at)
       VALUES ('BTCUSDT', 'long', 0.002, 50000, now() - interval '3 min')`,
      `INSERT INTO candles_1m (symbol, ts_ms, open, high, low, close, volume, trade_count, ingested_at)
       SELECT 'BTCUSDT', g, 1, 1, 1, 1, 1, 1, ${spread(1_320)} FROM generate_series(1, 1320) g`,
    );
    for (let at = 30; at > 0; at -= 1) {
      const agoMs = at * 60_000 - 30_000;
      await this.add('stream.candles_1m', agoMs, { symbol: 'BTCUSDT', close: '50000' });
      await this.add('stream.regime_signals', agoMs, { symbol: 'BTCUSDT', regime: 'TREND' });
      const ids = { order_id: `o-${at}`, client_id: `BTCUSDT-${at}` };
      await this.add('stream.signals', agoMs, { signal_id: `sig-${at}`, timestamp: String(at) });
      await this.add('stream.orders', agoMs, { ...ids, quantity: '0.001', price: '50000' });
      await this.add('stream.fills', agoMs, { ...ids, status: 'FILLED', price: '50000' });
    }
    await this.add('stream.allocation_decisions', 20 * HOUR_MS, { allocation_pct: '0.020000' });
  }
}

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askReadyz, freePort } from '../chaos/ask.js';
import { Workplace } from '../chaos/engine-process.js';
import { StackStage } from '../integration/doctor/stack-stage.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';
import { runCdb } from './run-cdb.js';

const RUN = ['run', '--paper', '--feed', 'sample', '--speed', '200'];
const DOCTOR = ['doctor', '--group', 'pipeline', '--json'];

interface Told {
  readonly id: string;
  readonly status: string;
  readonly level: string;
  readonly says: string;
}

interface CheckUp {
  readonly status: string;
  readonly top_findings: readonly string[];
  readonly next_step: { readonly command: string | null; readonly gate: string | null };
  readonly findings: readonly Told[];
  readonly matrix: readonly { component: string; status: string; says: string }[];
}

function checkUpOf(stdout: string): CheckUp {
  return (JSON.parse(stdout) as { data: CheckUp }).data;
}

function told({ findings }: CheckUp): readonly string[] {
  return findings
    .filter(({ status }) => status !== 'OK' && status !== 'SKIP')
    .map(({ id, status, says }) => `${status} ${id}: ${says}`);
}

let postgres: ExternalPostgres;
let redis: RedisServer;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([ExternalPostgres.start(), RedisServer.start()]);
});
afterAll(async () => {
  await Promise.all([postgres.end(), redis.end()]);
});

describe('an engine of our own', () => {
  const place = new Workplace();
  afterEach(() => place.end());

  it('is well while effects flow, and a blocker once its table of decisions is gone', async () => {
    await postgres.run('cdb', 'CREATE DATABASE own');
    const env = { CDB_DATABASE_URL: postgres.url({ database: 'own' }) };
    expect((await place.run(['migrate', 'up', '--yes'], { env })).status).toBe(0);
    const port = await freePort();
    const listens = { ...env, CDB_METRICS_PORT: String(port) };
    const engine = place.start(RUN, { env: listens });
    await engine.says(/ fill +/);
    await until('effects flow', async () => (await askReadyz(port))?.status === 200);
    const well = await place.run(DOCTOR, { env });
    expect(told(checkUpOf(well.stdout))).toEqual([]);
    expect(well.status, well.stderr).toBe(0);

    await postgres.run('own', 'DROP TABLE risk_events CASCADE');
    await until('readiness turns', async () => (await askReadyz(port))?.status === 503);
    const scrape = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(scrape).toMatch(/^cdb_audit_stalled 1$/m);
    expect(scrape).toMatch(/^cdb_effect_stalled\{effect="decisions->audit rows"\} 1$/m);
    const ill = await place.run(DOCTOR, { env });
    expect(ill.status, ill.stderr).toBe(1);
    const checkUp = checkUpOf(ill.stdout);
    expect(checkUp.top_findings[0]).toBe('pipeline.audit_persisted');
    expect(checkUp.findings[0]).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    // For the place that was examined, because the examination named one.
    expect(checkUp.next_step).toMatchObject({
      command: expect.stringMatching(/^cdb migrate plan --state-dir \S+$/),
      gate: 'migrations',
    });
  });
});

describe('the incident that this product was made for', () => {
  it('is the first finding, and one next step mends it', async () => {
    const stage = await StackStage.healthy({ postgres, redis }, { isYoung: true });
    try {
      await stage.run('DROP TABLE risk_events');
      const blocked = { signals_received_total: 14_842, orders_blocked_total: 14_842 };
      const none = { execution_orders_received_total: 0, execution_orders_filled_total: 0 };
      Object.assign(stage.service('signal').figures, { signals_generated_total: 14_842 });
      Object.assign(stage.service('risk').figures, {
        ...blocked,
        ...{ orders_approved_total: 0, risk_total_exposure_value: 0 },
      });
      stage.service('risk').status = { risk_state: { total_exposure: 0, last_prices: {} } };
      Object.assign(stage.service('execution').figures, {
        ...none,
        execution_orders_rejected_total: 0,
      });
      await stage.run(
        'TRUNCATE orders, trades, positions CASCADE',
        `INSERT INTO signals (symbol, signal_type, price, confidence, timestamp)
         SELECT 'BTCUSDT', 'buy', 1, 0.5, now() FROM generate_series(881, 14842)`,
        `INSERT INTO correlation_ledger (event_pk, correlation_id, event_type, symbol, timestamp_ms)
         SELECT g::text, 'c', 'SIGNAL', 'BTCUSDT', 0 FROM generate_series(881, 14842) g`,
      );
      await stage.link.call('empty', 'DEL', 'stream.orders', 'stream.fills');
      await stage.add('stream.orders_blocked', 4_000, { reason_code: 'RC_002' });
      const { status, stdout, stderr } = await runCdb(DOCTOR, {
        cwd: stage.directory,
        env: stage.variables(),
      });
      expect(status, stderr).toBe(1);
      const checkUp = checkUpOf(stdout);
      expect(told(checkUp)).toEqual([
        'BLOCKER pipeline.audit_persisted: 14 842 decisions in 22 h, and the table risk_events is missing: 0 rows, they are not persisted',
      ]);
      expect(checkUp).toMatchObject({
        status: 'FAIL',
        next_step: { command: 'cdb migrate plan', gate: 'migrations' },
      });
      const row = (name: string) => checkUp.matrix.find(({ component }) => component === name);
      expect(row('websocket')?.status).toBe('OK');
      expect(row('signal')?.status).toBe('OK');
      expect(row('risk')?.status).toBe('BLOCKER');
      expect(row('audit_trail')?.status).toBe('BLOCKER');
      expect(row('execution')?.status).toBe('OK');
      const execution = checkUp.findings.find(({ id }) => id === 'pipeline.approvals_orders');
      expect(execution?.says).toBe('nothing reaches it: all 14 842 decisions are blocked (RC_002)');
      const flow = checkUp.findings.find(({ id }) => id === 'pipeline.flow');
      expect(flow?.status).toBe('OK');
      expect(flow?.says).toMatch(/^ws -> signal -> risk -> execution moving, last trade/);
    } finally {
      await stage.end();
    }
  });
});

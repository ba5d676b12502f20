import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPgPool } from '../../../src/adapters/postgres/pg-pool.js';
import type { Facts } from '../../../src/doctor/facts.js';
import { isBad, type Finding } from '../../../src/doctor/finding.js';
import { PIPELINE_CHECKS } from '../../../src/doctor/pipeline/checks.js';
import { pipelineProbes } from '../../../src/main/doctor/pipeline-probes.js';
import { ordered, nextStep } from '../../../src/doctor/verdict.js';
import { readingsWith } from '../../unit/doctor/readings.js';
import { ExternalPostgres } from '../postgres/external-postgres.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { failure } from './failure.js';
import { StackStage } from './stack-stage.js';

let postgres: ExternalPostgres;
let redis: RedisServer;
let stage: StackStage;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([ExternalPostgres.start(), RedisServer.start()]);
});
afterEach(() => stage.end());
afterAll(async () => {
  await Promise.all([postgres.end(), redis.end()]);
});

async function healthy(options?: { isYoung?: boolean }): Promise<StackStage> {
  stage = await StackStage.healthy({ postgres, redis }, options);
  return stage;
}

/** The check-up asks a server that answers, whatever its tables do. */
const ANSWERS = {} as Facts['postgres'];

/** What is not well, and nothing else. */
function told(findings: ReadonlyMap<string, Finding>): readonly string[] {
  return ordered([...findings.values()])
    .filter((finding) => finding.status === 'WARN' || isBad(finding))
    .map(({ id, status, level, says }) => `${status} ${level} ${id}: ${says}`);
}

describe('the healthy twin', () => {
  it.each([
    ['after a look that was kept', false],
    ['at the first look of all', true],
  ])('alarms nobody, %s', async (_, isYoung) => {
    const findings = await (await healthy({ isYoung })).findings(PIPELINE_CHECKS);
    expect(told(findings)).toEqual([]);
    expect(findings.get('pipeline.flow')?.status).toBe('OK');
    expect(findings.get('pipeline.audit_persisted')?.status).toBe('OK');
    const said = [...findings.values()].map(({ status }) => status);
    expect(said.filter((status) => status === 'OK').length).toBeGreaterThan(25);
  });
});

describe('a look', () => {
  const counters = async (isOffline: boolean) => {
    const place = await stage.place(isOffline);
    const seen = await pipelineProbes(place).counters.read(new AbortController().signal);
    if ('absent' in seen) throw new Error(seen.absent);
    return seen.value.samples.filter(({ isKept }) => isKept === true).length;
  };

  it('is kept for the next one, and not where nothing may be changed', async () => {
    await healthy({ isYoung: true });
    expect(await counters(true)).toBe(0);
    expect(await counters(false)).toBe(0);
    expect(await counters(true)).toBe(1);
    expect(await counters(true)).toBe(1);
  });
});

/** The finding of one check, and all that are not well. */
async function found(id: string, checks = PIPELINE_CHECKS) {
  const findings = await stage.findings(checks);
  return { finding: findings.get(id), bad: told(findings), findings };
}

describe('rows and counters', () => {
  failure(1, 'the table of decisions is missing while every service is healthy', async () => {
    await healthy({ isYoung: true });
    await stage.run('DROP TABLE risk_events');
    const risk = stage.service('risk');
    Object.assign(risk.figures, {
      ...{ signals_received_total: 14_842, orders_blocked_total: 14_842, orders_approved_total: 0 },
    });
    Object.assign(stage.service('signal').figures, { signals_generated_total: 14_842 });
    risk.grows['orders_blocked_total'] = 1;
    const { finding, findings } = await found('pipeline.audit_persisted');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(
      /^14 84\d decisions in 22 h, and the table risk_events is missing: 0 rows, they are not persisted$/,
    );
    expect(finding?.remedy).toMatchObject({ command: 'cdb migrate plan', gate: 'migrations' });
    const all = ordered([...findings.values()]);
    expect(all[0]?.id).toBe('pipeline.audit_persisted');
    expect(nextStep(all)).toMatchObject({ command: 'cdb migrate plan', gate: 'migrations' });
    expect(findings.get('pipeline.flow')?.status).toBe('OK');
  });

  failure(1, 'rows do not grow while blocks grow, and the table is there', async () => {
    await healthy();
    await stage.run("DELETE FROM risk_events WHERE created_at > now() - interval '70 min'");
    stage.forget();
    stage.keep(50, { 'rows.risk_events': 830 });
    const { finding, bad } = await found('pipeline.audit_persisted');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/decisions \+34 in 50 min, rows in risk_events \+0 in 50 min/);
    expect(finding?.remedy?.command).toBe('cdb drift --tables risk_events');
    expect(bad).toHaveLength(1);
  });

  failure(25, 'a counter that began again is no loss', async () => {
    await healthy();
    const execution = stage.service('execution');
    Object.assign(execution.figures, {
      ...{ execution_orders_received_total: 6, execution_orders_filled_total: 6 },
      ...{ execution_orders_rejected_total: 0 },
      process_start_time_seconds: Date.now() / 1_000 - 20 * 60,
    });
    const { finding, findings } = await found('pipeline.counter_resets');
    expect(finding).toMatchObject({ status: 'WARN', level: 'P3' });
    expect(finding?.says).toMatch(/began 20 min ago: 6 fills counted in 20 min, 440 rows/);
    expect([...findings.values()].filter(isBad)).toEqual([]);
  });

  failure(31, 'ids begin again, and the ledger takes none of them', async () => {
    await healthy();
    await stage.run("DELETE FROM correlation_ledger WHERE created_at > now() - interval '50 min'");
    for (const at of [1, 2, 3]) {
      await stage.add('stream.signals', 0, { signal_id: `sig-${at}`, timestamp: '99' });
    }
    const { finding, findings } = await found('pipeline.signals_ledger');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/signals \+34 in 50 min, rows in correlation_ledger \+0/);
    const ids = findings.get('pipeline.unique_signals');
    expect(ids).toMatchObject({ status: 'BLOCKER', figures: { repeated: 3 } });
  });

  failure(42, 'two services write every fill', async () => {
    await healthy();
    await stage.run(`INSERT INTO trades (symbol, side, price, size, execution_price, timestamp)
      SELECT symbol, side, price, size, execution_price, timestamp FROM trades`);
    const { finding, bad } = await found('pipeline.one_writer');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toMatch(/836 trades for 418 filled orders, ratio 2.00/);
    expect(bad).toHaveLength(1);
  });

  failure(45, 'one write failed and was not tried again', async () => {
    await healthy();
    stage.service('db_writer').figures['db_writer_events_failed_total'] = 1;
    const { finding, bad } = await found('pipeline.writer_failures');
    expect(finding).toMatchObject({
      status: 'FAIL',
      level: 'P1',
      says: '1 failed writes in 50 min',
    });
    expect(bad).toHaveLength(1);
  });

  failure(58, 'the table is dropped while fills go on', async () => {
    await healthy();
    const execution = stage.service('execution');
    await stage.run('DROP TABLE risk_events');
    Object.assign(execution.figures, { execution_orders_filled_total: 458 });
    execution.figures['execution_orders_received_total'] = 480;
    stage.service('risk').figures['orders_approved_total'] = 480;
    const { finding } = await found('pipeline.audit_persisted');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/^74 decisions in 50 min, and the table risk_events is missing/);
  });
});

describe('a table that nobody can read now', () => {
  it('leaves unknown what its rows would have told', async () => {
    await healthy();
    const holder = openPgPool({ ...postgres.connection, database: stage.database }, 'a lock');
    const findings = await holder.use('hold a lock', async (client) => {
      await client.query('BEGIN; LOCK TABLE risk_events, positions');
      const { postgres: answers } = readingsWith({ postgres: ANSWERS });
      return stage.findings(PIPELINE_CHECKS, { postgres: answers });
    });
    await holder.close();
    const unknown = [...findings.values()].filter(({ status }) => status === 'CRASH');
    expect(unknown.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'pipeline.audit_persisted',
        'pipeline.exposure_agrees',
        'pipeline.exposure_limit',
        'pipeline.finite_figures',
      ]),
    );
    expect(findings.get('pipeline.audit_persisted')?.says).toContain('Cannot count risk_events');
  });
});

describe('a table that nobody writes', () => {
  it('is found where fills come and positions stay empty', async () => {
    await healthy();
    await stage.run('TRUNCATE positions');
    const { finding } = await found('pipeline.fills_positions');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toBe('fills +16 in 50 min; no rows in positions');
  });
});

describe('consumers that live and do not consume', () => {
  failure(4, 'the regime consumer is dead for 27 hours behind a healthy endpoint', async () => {
    await healthy({ isYoung: true });
    await stage.link.call('forget', 'DEL', 'stream.regime_signals');
    await stage.add('stream.regime_signals', 27 * 3_600_000, { regime: 'HIGH_VOL_CHAOTIC' });
    const { finding, findings } = await found('pipeline.candles_regime');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/newest of candles is 3\d s old; that of .* is 27 h old/);
    expect(findings.get('pipeline.regimes_written')?.status).toBe('BLOCKER');
  });

  failure(4, 'the regime consumer stops, and its counter with it', async () => {
    await healthy();
    stage.forget();
    stage.keep(50, { 'regime.regime_candles_processed_total': 1_320 });
    const { finding, bad } = await found('pipeline.candles_regime');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/candles \+50 in 50 min, .* \+0 in 50 min/);
    expect(bad).toHaveLength(1);
  });

  failure(13, 'the signal service fails on each message', async () => {
    await healthy();
    stage.forget();
    const flat = { 'signal.signals_generated_total': 880, 'risk.signals_received_total': 880 };
    stage.keep(50, {
      ...flat,
      'risk.orders_blocked_total': 440,
      'risk.orders_approved_total': 440,
    });
    const { finding } = await found('pipeline.trades_signals');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toMatch(/12 500 trades published, 0 signals in 50 min, and there were/);
  });

  failure(15, 'connected, and nothing is decoded', async () => {
    await healthy({ isYoung: true });
    const ws = stage.service('ws');
    Object.assign(ws.figures, { decoded_messages_total: 0, redis_publish_total: 0 });
    delete ws.figures['last_message_ts_ms'];
    const { finding } = await found('pipeline.ws_decoded');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toMatch(
      /connected, and nothing decoded for 22 h: ws_connected 1, 0 frames/,
    );
  });

  failure(54, 'a listener does not come back after Redis', async () => {
    await healthy();
    stage.loseListener();
    const { finding, bad } = await found('pipeline.consumers');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toContain('signals has 1 of 2 listeners (risk, db_writer)');
    expect(bad).toHaveLength(1);
  });

  failure(57, 'risk ends whenever nothing comes', async () => {
    await healthy();
    stage.forget();
    const idle = { 'signal.signals_generated_total': 880, 'risk.signals_received_total': 880 };
    stage.keep(50, {
      ...idle,
      'risk.orders_blocked_total': 440,
      'risk.orders_approved_total': 440,
    });
    const risk = stage.service('risk');
    Object.assign(risk.figures, {
      ...{ signals_received_total: 0, orders_blocked_total: 0, orders_approved_total: 0 },
      process_start_time_seconds: Date.now() / 1_000 - 40,
    });
    const { finding } = await found('pipeline.young_when_idle');
    expect(finding).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(finding?.says).toMatch(/^risk is up 4\d s on an idle system, and began 2 times/);
  });
});

describe('exposure, sides and reasons', () => {
  const exposure = (usdt: number) => {
    const risk = stage.service('risk');
    risk.figures['risk_total_exposure_value'] = usdt;
    risk.status = { risk_state: { total_exposure: usdt, last_prices: { BTCUSDT: 50_000 } } };
  };

  failure(6, 'risk remembers an exposure that is nowhere', async () => {
    await healthy();
    exposure(3_005.47);
    await stage.run("UPDATE positions SET size = 0, closed_at = now(), side = 'none'");
    const { finding } = await found('pipeline.exposure_agrees');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/differs by 100 %: risk 3005.47, positions 0.00, orders 100.00/);
  });

  failure(6, 'the same exposure again and again while signals come', async () => {
    await healthy();
    stage.forget();
    for (const ago of [50, 40, 20]) stage.keep(ago, { 'risk.risk_total_exposure_value': 100 });
    const { finding } = await found('pipeline.exposure_agrees');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/the same exposure of 100.00 USDT for 50 min/);
  });

  failure(8, 'only buys, never a sell', async () => {
    await healthy();
    await stage.run("UPDATE trades SET side = 'buy'");
    const { finding, bad } = await found('pipeline.two_sided');
    expect(finding).toMatchObject({ status: 'WARN', level: 'P1' });
    expect(finding?.says).toContain('418 buys, 0 sells');
    expect(bad).toHaveLength(1);
  });

  failure(9, 'exposure at its limit, and no sell', async () => {
    await healthy();
    exposure(3_000);
    await stage.run("UPDATE trades SET timestamp = timestamp - interval '1 h' WHERE side = 'sell'");
    const { finding } = await found('pipeline.exposure_unwinds');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(
      /exposure 3000.00, limit 3000.00 USDT, and the newest SELL is 6\d min|1 h/,
    );
  });

  failure(10, 'exposure above its limit in a sample', async () => {
    await healthy();
    stage.keep(10, { 'risk.risk_total_exposure_value': 3_002.44 });
    const { finding, bad } = await found('pipeline.exposure_limit');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/passed its limit by 2.44 USDT: at most 3002.44/);
    expect(bad).toHaveLength(1);
  });

  failure(49, 'orders in flight take exposure beyond the limit', async () => {
    await healthy();
    for (let at = 0; at < 60; at += 1) {
      const order = { order_id: `f-${at}`, quantity: '0.0044', price: '50000' };
      await stage.add('stream.orders', 0, order);
    }
    const { finding, bad } = await found('pipeline.exposure_limit');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(/at most 13300.00 USDT, 13200.00 of it in flight, limit 3000/);
    expect(bad).toHaveLength(1);
  });

  failure(26, 'everything is blocked by one code for hours', async () => {
    await healthy();
    stage.forget();
    await stage.run("UPDATE risk_events SET decision = 'BLOCK', reason_code = 'RC_010'");
    stage.keep(50, {
      'risk.orders_approved_total': 0,
      'execution.execution_orders_received_total': 0,
    });
    const risk = stage.service('risk');
    Object.assign(risk.figures, { orders_approved_total: 0, orders_blocked_total: 880 });
    const { finding } = await found('pipeline.block_reasons');
    expect(finding).toMatchObject({ status: 'WARN', level: 'P2' });
    expect(finding?.says).toMatch(
      /^100 % blocked by RC_010 for 2\d h .*signal is too weak.*configuration/,
    );
    expect(finding?.remedy?.command).toBe('cdb explain RC_010');
  });

  failure(50, 'a figure that is no number', async () => {
    await healthy();
    await stage.run("UPDATE trades SET execution_price = 'NaN' WHERE id = 418");
    const { finding, bad } = await found('pipeline.finite_figures');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toContain('trades.execution_price is no number in 1 rows');
    expect(bad).toHaveLength(1);
  });
});

describe('orders', () => {
  failure(53, 'a stop that stops nothing', async () => {
    await healthy();
    await stage.link.call('stop', 'SET', 'emergency_stop', 'true');
    stage.service('execution').grows['execution_orders_filled_total'] = 5;
    const { finding } = await found('pipeline.stop_works');
    expect(finding).toMatchObject({ status: 'BLOCKER', level: 'P0' });
    expect(finding?.says).toMatch(
      /emergency_stop says stopped, execution_orders_filled_total \+5 in /,
    );
  });

  it('a stop under which nothing goes on is well', async () => {
    await healthy();
    await stage.link.call('stop', 'SET', 'emergency_stop', 'true');
    const { finding } = await found('pipeline.stop_works');
    expect(finding?.status).toBe('OK');
    expect(finding?.says).toContain('says stopped');
  });

  failure(56, 'execution died between order and result', async () => {
    await healthy();
    const results = await stage.link.call('list', 'XRANGE', 'stream.fills', '-', '+');
    const lost = (results as [string, unknown][]).slice(10, 17).map(([id]) => id);
    await stage.link.call('lose', 'XDEL', 'stream.fills', ...lost);
    const { finding } = await found('pipeline.orders_pending');
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding?.says).toMatch(/^7 of 30 orders have no result, the oldest for 19 min \(o-20\)/);
  });
});

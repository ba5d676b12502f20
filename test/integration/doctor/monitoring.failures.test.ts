import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Probes } from '../../../src/doctor/facts.js';
import type { PostgresServer } from '../../../src/doctor/postgres/facts.js';
import { wordsOf } from '../../../src/engine/domain/words-of.js';
import { DependencyError } from '../../../src/operator-error.js';
import type { StackFacts } from '../../../src/view/stack-view.js';
import { ExternalPostgres } from '../postgres/external-postgres.js';
import { RedisServer } from '../redis/redis-fixture.js';
import { openRedisLink, untilAnswered } from '../../../src/adapters/redis/redis-link.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { complaints, ExaminedPlace } from './examined-place.js';
import { FakePrometheus, group, rule, target, WELL } from './fake-prometheus.js';
import { failure } from './failure.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const SCRAPE = readFileSync(join(FIXTURES, 'monitoring/scrape.prom'), 'utf8');
const GROUPS = ['monitoring'] as const;
const HOUR = 3_600_000;

let place: ExaminedPlace;
let prometheus: FakePrometheus;
let postgres: ExternalPostgres;
let redis: RedisServer;

beforeAll(async () => {
  [prometheus, postgres, redis] = await Promise.all([
    FakePrometheus.start(),
    ExternalPostgres.start(),
    RedisServer.start(),
  ]);
  const base = readFileSync(join(FIXTURES, 'old-stack/base.sql'), 'utf8');
  await postgres.run('cdb', base);
});
afterAll(async () => {
  await Promise.all([prometheus.end(), postgres.end(), redis.end()]);
});
beforeEach(() => {
  place = new ExaminedPlace();
  prometheus.state = WELL;
});
afterEach(() => {
  place.end();
});

/** Rules and scrapes as they are configured. */
function monitored(more: object): void {
  place.write('all.prom', SCRAPE);
  place.write('cdb.yaml', { doctor: { scrapes: ['all=all.prom'], ...more } });
}

/** The stores as they answer when they are asked directly. */
function direct(port: number): Partial<Probes> {
  return {
    postgres: {
      source: `PostgreSQL 127.0.0.1:${port}`,
      read: async () => {
        const [row] = await postgres
          .run('cdb', 'SELECT version() AS version')
          .catch((fault: unknown) => {
            throw new DependencyError(wordsOf(fault), {
              dependency: 'postgresql',
              retryable: true,
            });
          });
        const value = { version: String(row?.['version']) } as PostgresServer;
        return { value, observedAtMs: Date.now() };
      },
    },
    stack: {
      source: `Redis ${redis.url}`,
      read: async () => {
        const link = openRedisLink(redis.url, 'test');
        try {
          await untilAnswered(link, systemClock(), 1_000);
          return { value: {} as StackFacts, observedAtMs: Date.now() };
        } finally {
          link.close();
        }
      },
    },
  };
}

function fixture(name: string): string {
  return join(FIXTURES, 'monitoring', name);
}

describe('alert rules', () => {
  failure(5, 'rules on metrics that do not exist', async () => {
    monitored({ rules: [fixture('alerts-january.yml')] });
    const found = await place.findings(GROUPS);
    const metrics = found['monitoring.alert_metrics'];
    expect(metrics).toMatchObject({ status: 'FAIL', level: 'P1', figures: { missing: 10 } });
    expect(metrics?.says).toMatch(/^10 of 13 rules ask for 10 metrics that nobody exports/);
    for (const name of ['CircuitBreakerTriggered', 'SoakTest_NoOrdersGenerated']) {
      expect(metrics?.says).toContain(`${name}: `);
    }
    expect(metrics?.says).toContain('HighLatency: cdb_latency_seconds_bucket');
    expect(metrics?.says).not.toMatch(/DatabaseConnectionLost|ServiceDown:/);
    const words = found['monitoring.rule_expressions'];
    expect(words).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(words?.says).toContain(
      'SoakTest_ServiceRestartLoop: rate(container_restart_count[1h]) > 2',
    );
    expect(words?.says).toContain('more than 7200 an hour');
  });

  failure(5, 'rules that Prometheus has not loaded, or does not evaluate', async () => {
    monitored({ rules: [fixture('alerts-june.yml')], prometheusUrl: prometheus.url });
    const lastEvaluation = '0001-01-01T00:00:00Z';
    const old = new Date(Date.now() - 43 * HOUR).toISOString();
    prometheus.state = {
      ...WELL,
      groups: [
        group(
          rule('ServiceDown', { lastEvaluation, health: 'unknown' }),
          rule('CircuitBreakerTriggered', { lastEvaluation: old }),
          rule('cdb:signals:rate5m', { type: 'recording' }),
        ),
      ],
    };
    const { 'monitoring.alert_evaluation': found } = await place.findings(GROUPS);
    expect(found).toMatchObject({ status: 'FAIL', level: 'P1', figures: { faults: 5 } });
    expect(found?.says).toContain('ServiceDown: never evaluated');
    expect(found?.says).toContain('CircuitBreakerTriggered: not evaluated for 43 h');
    expect(found?.says).toContain('TradePipelineStalled: in ');
  });

  failure(18, 'an error of evaluation is no firing alert', async () => {
    monitored({ rules: [fixture('grafana-alerts.yaml')], prometheusUrl: prometheus.url });
    const alerts = [{ state: 'firing', labels: {}, value: '1' }];
    prometheus.state = {
      ...WELL,
      groups: [
        group(
          rule('Broken', { health: 'err', lastError: 'vector cannot contain metrics', alerts }),
          rule('DatasourceError', { alerts }),
          rule('HighMemoryUsage', { alerts, state: 'firing' }),
        ),
      ],
    };
    const found = await place.findings(GROUPS);
    expect(found['monitoring.alert_evaluation']).toMatchObject({
      status: 'FAIL',
      level: 'P1',
      figures: { rules: 3, faults: 2 },
    });
    expect(found['monitoring.alert_evaluation']?.says).toContain('vector cannot contain metrics');
    expect(found['monitoring.firing_alerts']).toMatchObject({
      status: 'WARN',
      says: '1 of 3 alerts fire: HighMemoryUsage',
    });
    expect(found['monitoring.alert_operators']).toMatchObject({
      status: 'FAIL',
      level: 'P1',
      says: expect.stringMatching(/^1 operators .*: Circuit breaker: gte$/),
    });
  });

  it('takes no old scrape for what is exported today', async () => {
    monitored({ rules: [fixture('alerts-june.yml')] });
    const old = new Date(Date.now() - 8 * 24 * HOUR);
    utimesSync(join(place.directory, 'all.prom'), old, old);
    const { 'monitoring.alert_metrics': found } = await place.findings(GROUPS);
    expect(found?.status).toBe('STALE');
  });

  it('names a file that cannot be read, and judges the others', async () => {
    const broken = place.write('rules/broken.yml', 'groups: [');
    place.write('rules/alerts.yml', readFileSync(fixture('alerts-june.yml'), 'utf8'));
    monitored({ rules: ['rules'] });
    const found = await place.findings(GROUPS);
    expect(found['monitoring.files']).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(found['monitoring.files']?.says).toContain(broken);
    expect(found['monitoring.alert_metrics']?.status).toBe('OK');
  });
});

describe('exporters', () => {
  failure(17, 'an exporter says 0 while the store answers', async () => {
    monitored({ prometheusUrl: prometheus.url });
    prometheus.state = { ...WELL, exporters: { pg_up: 0, redis_up: 0 } };
    const { 'monitoring.exporters': found } = await place.findings(GROUPS, {
      probes: direct(postgres.port),
    });
    expect(found).toMatchObject({
      status: 'WARN',
      level: 'P2',
      figures: { pg_up: 0, redis_up: 0 },
    });
    expect(found?.says).toContain('pg_up is 0, but PostgreSQL answers');
    expect(found?.says).toContain('redis_up is 0, but Redis answers');
    expect(found?.says).toContain('the exporter lies');
  });

  failure(17, 'an exporter says 1 while the store does not answer', async () => {
    monitored({ prometheusUrl: prometheus.url });
    await postgres.stop();
    try {
      const { 'monitoring.exporters': found } = await place.findings(GROUPS, {
        probes: direct(postgres.port),
      });
      expect(found).toMatchObject({ status: 'WARN', figures: { pg_up: 1, redis_up: 1 } });
      expect(found?.says).toContain('pg_up is 1, but PostgreSQL does not answer');
      expect(found?.says).not.toContain('redis_up');
    } finally {
      await postgres.startAgain();
    }
  });
});

describe('dashboards', () => {
  const dashboard = join(FIXTURES, 'reference-sources/dashboard.json');

  failure(40, 'panels ask a live database for columns that it has not', async () => {
    monitored({ dashboards: [dashboard] });
    const { 'monitoring.panel_sql': found } = await place.findings(GROUPS, {
      env: { CDB_DATABASE_URL: postgres.url() },
    });
    expect(found).toMatchObject({
      status: 'FAIL',
      level: 'P2',
      figures: { examined: 3, faults: 3 },
    });
    expect(found?.says).toContain('column "quantity" does not exist');
    expect(found?.says).toContain('column "pct_change" does not exist');
    expect(found?.says).toMatch(/Trades over time: operator does not exist: timestamp/);
    expect(found?.says).toContain(String(postgres.port));
  });

  failure(40, 'panels ask for columns that the contracts have not', async () => {
    monitored({ dashboards: [dashboard] });
    const { 'monitoring.panel_sql': found } = await place.findings(GROUPS);
    expect(found).toMatchObject({ status: 'FAIL', level: 'P2' });
    expect(found?.says).toContain('table trades has no column quantity');
    expect(found?.says).toContain('fail on the contracts of this build');
  });

  failure(5, 'a panel asks for a metric that nobody exports', async () => {
    const panel = {
      ...{ type: 'row', title: 'Row' },
      panels: [
        { title: 'Adaptive', targets: [{ expr: 'rate(adaptive_orders_total[$__interval])' }] },
      ],
    };
    place.write('dark.json', { title: 'Dark Trading', panels: [panel] });
    monitored({ dashboards: ['dark.json'] });
    const { 'monitoring.dashboard_metrics': found } = await place.findings(GROUPS);
    expect(found).toMatchObject({
      status: 'FAIL',
      level: 'P2',
      says: expect.stringContaining('Dark Trading / Adaptive: adaptive_orders_total'),
    });
  });
});

describe('records', () => {
  failure(21, 'the check-up of a day did not run', async () => {
    place.write('.cdb/reports/2026-02-08_daily-shadow-check.json', {});
    const file = place.write('.cdb/reports/2026-02-09_daily-shadow-check.json', {});
    const writtenAt = new Date(Date.now() - 27 * HOUR);
    utimesSync(file, writtenAt, writtenAt);
    const { 'monitoring.daily_report': found } = await place.findings(GROUPS);
    expect(found).toMatchObject({ status: 'WARN', level: 'P2', figures: { reports: 2 } });
    expect(found?.says).toContain('no daily report for 27 h');
    expect(found?.says).toContain('2026-02-09_daily-shadow-check.json');
  });

  failure(20, 'a figure that could not be measured is unknown, not well', async () => {
    place.write(
      '.cdb/proofs/soak/monitor.log',
      [
        '2026-04-01 00:00:01 UTC - Hour 1: Disk: 71 %',
        '2026-04-01 01:00:01 UTC - Hour 2: DISK_UNAVAILABLE',
        '2026-04-01 02:00:01 UTC - Hour 3: DISK_UNAVAILABLE',
      ].join('\n'),
    );
    const { 'monitoring.unknown_figures': found } = await place.findings(GROUPS);
    expect(found).toMatchObject({ status: 'WARN', level: 'P2', figures: { unknown: 1 } });
    expect(found?.says).toMatch(/DISK_UNAVAILABLE \(.*monitor\.log, 2 times\)/);
  });
});

describe('no false alarm', () => {
  it('on a stack whose monitoring fits', async () => {
    place.write('panels/flow.json', {
      title: 'Flow',
      templating: { list: [{ name: 'symbol' }, { name: 'table' }] },
      panels: [
        { title: 'Up', targets: [{ expr: 'count(up{job=~"cdb_.*"} == 1)' }] },
        { title: 'Rate', targets: [{ expr: 'rate(${metric}_total[$__rate_interval])' }] },
        { title: 'Logs', datasource: { type: 'loki' }, targets: [{ expr: '{app="risk"} |= "x"' }] },
        {
          title: 'Trades',
          targets: [
            {
              rawSql: `SELECT $__timeGroupAlias(timestamp, '5m'), sum(size) FROM trades
                WHERE $__timeFilter(timestamp) AND symbol IN ($symbol) AND side = '$side' GROUP BY 1`,
            },
          ],
        },
        { title: 'Any', targets: [{ rawSql: 'SELECT count(*) FROM $table' }] },
      ],
    });
    place.write('.cdb/reports/2026-02-09_daily-shadow-check.json', {});
    place.write('.cdb/proofs/soak/monitor.log', 'Hour 1: DISK_UNAVAILABLE\nHour 2: Disk: 71 %\n');
    monitored({
      rules: [fixture('alerts-june.yml')],
      dashboards: ['panels'],
      prometheusUrl: prometheus.url,
    });
    prometheus.state = {
      ...WELL,
      groups: [
        group(
          ...['ServiceDown', 'CircuitBreakerTriggered', 'cdb:signals:rate5m'].map((name) =>
            rule(name),
          ),
          ...['TradePipelineStalled', 'ContainerRestarting', 'SoakTest_NoOrdersGenerated'].map(
            (name) => rule(name),
          ),
        ),
      ],
    };
    const found = await place.findings(GROUPS, {
      env: { CDB_DATABASE_URL: postgres.url() },
      probes: direct(postgres.port),
    });
    expect(complaints(found)).toEqual([]);
    const examined = Object.values(found).filter(({ status }) => status === 'OK');
    expect(examined.map(({ id }) => id).sort()).toEqual(
      Object.keys(found)
        .filter((id) => id !== 'monitoring.alert_operators')
        .sort(),
    );
    expect(found['monitoring.panel_sql']?.figures).toMatchObject({ examined: 1, not_judged: 1 });
  });

  it('in a directory where nothing ever was', async () => {
    expect(complaints(await place.findings(['monitoring', 'repository', 'ci', 'config']))).toEqual(
      [],
    );
  });

  it('warns of what Prometheus does not scrape, and fails where it does not answer', async () => {
    monitored({ prometheusUrl: prometheus.url });
    prometheus.state = {
      ...WELL,
      targets: [target('cdb_risk', 'up', ''), target('cdb_regime', 'down', 'connection refused')],
    };
    const found = await place.findings(GROUPS);
    expect(found['monitoring.targets']).toMatchObject({ status: 'WARN', figures: { away: 1 } });
    const url = prometheus.url;
    await prometheus.end();
    prometheus = await FakePrometheus.start();
    monitored({ prometheusUrl: url });
    const away = await place.findings(GROUPS);
    expect(away['monitoring.reach']).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(away['monitoring.alert_evaluation']?.status).toBe('SKIP');
  });
});

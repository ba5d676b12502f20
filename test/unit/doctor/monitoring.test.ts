import { describe, expect, it } from 'vitest';
import { metricCatalogue } from '../../../src/adapters/metrics/catalogue.js';
import { exposition } from '../../../src/adapters/metrics/exposition.js';
import { exposedNames } from '../../../src/doctor/monitoring/exposed-names.js';
import type { Rule } from '../../../src/doctor/monitoring/facts.js';
import { readRules } from '../../../src/doctor/monitoring/read-rules.js';
import { unknownInText } from '../../../src/doctor/monitoring/unknown-in-text.js';
import { fakeEngineStatus } from '../../fakes/fake-engine-status.js';
import { findingOf, NOW_MS } from './readings.js';

const RULE: Rule = {
  ...{ name: 'Ready', expression: 'cdb_ready == 0', place: 'rules.yml', kind: 'alert' },
  ...{ from: 'prometheus', expressions: ['cdb_ready == 0'], operators: [], fault: null },
};
const NAMES = { names: new Set(['cdb_ready']), sources: ['test'], faults: [] };

describe('our own metrics', () => {
  it('are in a scrape by the names of the catalogue, and no others', async () => {
    const text = await exposition().scrape(fakeEngineStatus());
    expect([...exposedNames(text)].sort()).toEqual([...metricCatalogue()].sort());
  });
});

describe('monitoring.alert_metrics', () => {
  const id = 'monitoring.alert_metrics';

  it('fails for a name that nobody has, warns where somebody was not asked', async () => {
    const rules = [{ ...RULE, expressions: ['cdb_redy == 0'] }];
    expect(await findingOf(id, { rules, metricNames: NAMES })).toMatchObject({ status: 'FAIL' });
    const away = { ...NAMES, faults: ['recorded scrape x: there is no such file'] };
    const finding = await findingOf(id, { rules, metricNames: away });
    expect(finding.status).toBe('WARN');
    expect(finding.says).toContain('not asked: recorded scrape x');
    expect(await findingOf(id, { rules: [RULE], metricNames: away })).toMatchObject({
      status: 'OK',
    });
  });

  it('knows what rules record, what Prometheus makes, and what services answer', async () => {
    const recorded: Rule = { ...RULE, name: 'cdb:ready', kind: 'recording' };
    const asking: Rule = {
      ...RULE,
      expressions: ['cdb:ready == 0 and up == 1 and ALERTS and pg_up', '{__name__=~"pg_.*"}'],
    };
    const rules = [recorded, asking];
    const missing = await findingOf(id, { rules, metricNames: NAMES });
    expect(missing.figures).toMatchObject({ missing: 2 });
    const services = [
      {
        ...{ service: 'postgres_exporter', url: 'http://localhost:9187', fault: null },
        ...{ health: null, status: null, observedAtMs: NOW_MS },
        series: [{ name: 'pg_up', labels: {}, value: 1 }],
      },
    ];
    expect(await findingOf(id, { rules, metricNames: NAMES, services })).toMatchObject({
      status: 'OK',
    });
  });
});

describe('monitoring.daily_report', () => {
  it.each([
    [26 * 3_600_000, 'OK'],
    [26 * 3_600_000 + 1, 'WARN'],
  ])('after %d ms is %s', async (ageMs, status) => {
    const newest = { name: '2026-02-08_daily-shadow-check.json', writtenAtMs: NOW_MS - ageMs };
    const dailyReports = { directory: 'reports', count: 1, newest };
    expect(await findingOf('monitoring.daily_report', { dailyReports })).toMatchObject({ status });
  });
});

describe('rules without an evaluation', () => {
  it.each<[object, string]>([
    [{ alert: 'A' }, 'it has no expression'],
    [{ title: 'A', condition: 'C', data: [{ refId: 'A', model: {} }] }, 'its condition "C"'],
    [
      { title: 'A', condition: 'A', data: [{ refId: 'A', model: { expression: '$B > 0' } }] },
      'A refers to "B"',
    ],
    [{ title: 'A', condition: 'A', data: [] }, 'it has no query'],
    [{ title: 'A', condition: 'A', isPaused: true, data: [{ refId: 'A' }] }, 'it is paused'],
  ])('%j', async (rule, fault) => {
    const rules = readRules({ groups: [{ name: 'g', rules: [rule] }] }, 'rules.yml') ?? [];
    const finding = await findingOf('monitoring.rule_expressions', { rules });
    expect(finding).toMatchObject({ status: 'FAIL', level: 'P1' });
    expect(finding.says).toContain(fault);
  });
});

describe('unknownInText', () => {
  it('forgets what a later line gives as a number', () => {
    const lines = ['Hour 1: DISK_UNAVAILABLE', 'Hour 2: MEMORY_UNKNOWN DISK_UNAVAILABLE'];
    expect(unknownInText(lines.join('\n')).map(({ token, count }) => [token, count])).toEqual([
      ['DISK_UNAVAILABLE', 2],
      ['MEMORY_UNKNOWN', 1],
    ]);
    const again = [...lines, 'Hour 3: Disk free 12.5 GB'].join('\n');
    expect(unknownInText(again).map(({ token }) => token)).toEqual(['MEMORY_UNKNOWN']);
  });
});

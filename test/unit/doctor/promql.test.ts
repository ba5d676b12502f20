import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../src/doctor/monitoring/promql-metrics.js';
import { perSecondMisuses } from '../../../src/doctor/monitoring/per-second.js';

describe('metricsOf', () => {
  it.each<[string, readonly string[]]>([
    ['up{job=~"cdb_.*", env!="dev"} == 0', ['up']],
    ['count(up{job=~"cdb_.*"} == 1)', ['up']],
    ['min(time() - process_start_time_seconds{job=~"cdb_.*"})', ['process_start_time_seconds']],
    ['sum by (name) (rate(container_restart_count[1h])) > 2', ['container_restart_count']],
    ['sum(rate(a[5m])) without (job, le) / sum(b)', ['a', 'b']],
    ['a * on(job) group_left(version) b', ['a', 'b']],
    ['a and ignoring (x) b or c unless d', ['a', 'b', 'c', 'd']],
    ['a offset 5m > bool 1e-3', ['a']],
    ['a @ end() + a @ 1609746000', ['a']],
    ['max_over_time(sum(rate(a[5m]))[1h:1m]) > Inf', ['a']],
    ['{__name__="a", job="b"}', ['a']],
    ['{__name__=~"pg_up|redis_up"}', ['pg_up', 'redis_up']],
    ['{"a.b", job="c"}', ['a.b']],
    ['a # b\n + c', ['a', 'c']],
    ['label_replace(a, "x", "$1", "y", "(.*)")', ['a']],
    ["count_values('version', build_info)", ['build_info']],
    ['cdb:signals:rate5m > 0', ['cdb:signals:rate5m']],
    ['3 * 0x1F', []],
    ['a[$__rate_interval] > $limit', ['a']],
  ])('reads %s', (expression, names) => {
    expect(metricsOf(expression)).toMatchObject({ names, fault: null });
  });

  it('keeps patterns apart, and says where a variable decides', () => {
    expect(metricsOf('{__name__=~"cdb_.*"}')).toMatchObject({ names: [], patterns: ['cdb_.*'] });
    for (const text of ['rate(${metric}[5m])', 'cdb_${service}_total', '[[metric]]']) {
      expect(metricsOf(text)).toMatchObject({ names: [], isTemplated: true, fault: null });
    }
  });

  it.each(['', 'sum(a', 'a)', 'a{b="c"', 'a[5m', 'a ; b', 'a > "x'])(
    'says why it cannot read "%s"',
    (text) => {
      expect(metricsOf(text).fault).not.toBeNull();
    },
  );

  it('finds the name wherever it stands, and nothing else', () => {
    const name = fc.stringMatching(/^m_[a-z0-9_:]{0,20}$/);
    const wrap = fc.constantFrom<(x: string) => string>(
      (x) => `sum(${x})`,
      (x) => `sum by (job) (${x})`,
      (x) => `(${x}) > 2`,
      (x) => `rate(${x}{job="other_metric"}[5m])`,
      (x) => `avg_over_time(${x}[1h:5m] offset 1d)`,
      (x) => `-${x} ^ 2`,
    );
    fc.assert(
      fc.property(name, fc.array(wrap, { maxLength: 4 }), (metric, wraps) => {
        const text = wraps.reduce((inner, one) => one(inner), metric);
        expect(metricsOf(text).names).toEqual([metric]);
      }),
    );
  });

  it('never throws, and ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(Array.isArray(metricsOf(text).names)).toBe(true);
      }),
    );
  });
});

describe('perSecondMisuses', () => {
  it.each<[string, readonly number[]]>([
    ['rate(container_restart_count[1h]) > 2', [7200]],
    ['sum by (name) (rate(container_restart_count[1h])) > 2', [7200]],
    ['sum(irate(oom_kills_total[5m])) by (name) >= 1', [3600]],
    ['rate(container_restart_count[1h]) * 3600 > 2', []],
    ['rate(container_restart_count[1h]) > 0', []],
    ['increase(container_restart_count[1h]) > 3', []],
    ['rate(http_requests_total[5m]) > 2', []],
    ['rate(container_restart_count[1h]) > $limit', []],
  ])('%s', (expression, perHour) => {
    expect(perSecondMisuses(expression).map((one) => one.perHour)).toEqual(perHour);
  });
});

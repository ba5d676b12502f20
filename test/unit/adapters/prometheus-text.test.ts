import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPrometheusText } from '../../../src/adapters/doctor/prometheus-text.js';

describe('the text of /metrics', () => {
  it('gives names, labels and values, and leaves out what is none', () => {
    const text = [
      '# HELP orders_blocked_total Signals stopped by any layer',
      '# TYPE orders_blocked_total counter',
      'orders_blocked_total 14842',
      'db_writer_events_failed_total{channel="signals",x="a\\"b,\\n}"} 2 1700000000000',
      'signal_processing_latency_ms_bucket{le="+Inf"} +Inf',
      'risk_total_exposure_value NaN',
      'this is no sample',
      '',
    ].join('\n');
    expect(readPrometheusText(text)).toEqual([
      { name: 'orders_blocked_total', labels: {}, value: 14_842 },
      {
        name: 'db_writer_events_failed_total',
        labels: { channel: 'signals', x: 'a"b,\n}' },
        value: 2,
      },
      { name: 'signal_processing_latency_ms_bucket', labels: { le: '+Inf' }, value: Infinity },
      { name: 'risk_total_exposure_value', labels: {}, value: NaN },
    ]);
  });

  it('is no scrape where it holds no sample', () => {
    expect(readPrometheusText('<html>busy</html>')).toBeNull();
    expect(readPrometheusText('')).toBeNull();
  });

  it('reads back any value and label', () => {
    const word = fc.string().filter((text) => !text.includes('\r'));
    fc.assert(
      fc.property(word, fc.double({ noNaN: true }), (label, value) => {
        const escaped = label
          .replaceAll('\\', '\\\\')
          .replaceAll('"', '\\"')
          .replaceAll('\n', '\\n');
        const number = Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
        const read = readPrometheusText(`a{l="${escaped}"} ${number}\n`);
        expect(read).toEqual([{ name: 'a', labels: { l: label }, value: value + 0 }]);
      }),
    );
  });
});

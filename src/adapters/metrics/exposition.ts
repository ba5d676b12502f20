import { Counter, Gauge, Registry } from 'prom-client';
import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { EffectsWatch } from '../../view/effects-watch.js';
import type { MetricSpec } from './metric-spec.js';
import { OWN_METRICS } from './own-metrics.js';
import { REFERENCE_METRICS } from './reference-metrics.js';
import { SHARED_METRICS } from './shared-metrics.js';
import { StepLatency } from './step-latency.js';

/** Every metric but the histogram. A name is here only when the engine really feeds it. */
export const METRICS: readonly MetricSpec[] = [
  ...REFERENCE_METRICS,
  ...OWN_METRICS,
  ...SHARED_METRICS,
];

export interface Exposition {
  readonly contentType: string;
  /** The text of one scrape; all figures are of this one status. */
  scrape(status: EngineStatus, watch?: EffectsWatch | null): Promise<string>;
}

export function exposition(): Exposition {
  const registry = new Registry();
  const fillers = METRICS.map((spec) => filler(registry, spec));
  const latency = new StepLatency();
  registry.registerMetric(latency);
  return {
    contentType: registry.contentType,
    scrape: (status, watch = null) => {
      for (const fill of fillers) fill(status, watch);
      latency.show(status.latency);
      return registry.metrics();
    },
  };
}

type Fill = (status: EngineStatus, watch: EffectsWatch | null) => void;

function filler(registry: Registry, { name, help, type, labels, read }: MetricSpec): Fill {
  const settings = { name, help, labelNames: [...labels], registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(settings);
    return (status, watch) => {
      counter.reset();
      for (const sample of read(status, watch)) counter.inc(sample.labels ?? {}, sample.value);
    };
  }
  const gauge = new Gauge(settings);
  return (status, watch) => {
    const samples = read(status, watch);
    // reset() leaves a gauge without labels at 0, and "no data" must not look like 0.
    if (samples.length === 0 && labels.length === 0) gauge.remove();
    else gauge.reset();
    for (const sample of samples) gauge.set(sample.labels ?? {}, sample.value);
  };
}

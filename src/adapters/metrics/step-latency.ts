import { Histogram } from 'prom-client';
import type { EngineStatus } from '../../engine/ports/engine-status.js';

export const STEP_LATENCY = 'cdb_step_latency_ms';

/**
 * The engine counts its own latencies into buckets; the library can only be fed one observation at
 * a time, so the finished buckets are handed to the exposition here.
 */
export class StepLatency extends Histogram<'step' | 'le'> {
  #latency: EngineStatus['latency'] | null = null;

  constructor() {
    super({
      name: STEP_LATENCY,
      help: 'Wall milliseconds of each step of the effect path',
      labelNames: ['step'],
      registers: [],
    });
  }

  show(latency: EngineStatus['latency']): void {
    this.#latency = latency;
  }

  override async get(): ReturnType<Histogram<'step' | 'le'>['get']> {
    const described = await super.get();
    const values = Object.entries(this.#latency ?? {}).flatMap(([step, histogram]) => {
      const { boundsMs, cumulative, count, sumMs } = histogram;
      const bounds = [...boundsMs.map(String), '+Inf'];
      return [
        ...bounds.map((le, index) => ({
          metricName: `${STEP_LATENCY}_bucket`,
          labels: { step, le },
          value: cumulative[index] ?? count,
        })),
        { metricName: `${STEP_LATENCY}_sum`, labels: { step }, value: sumMs },
        { metricName: `${STEP_LATENCY}_count`, labels: { step }, value: count },
      ];
    });
    return { ...described, values };
  }
}

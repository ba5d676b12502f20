import { Gauge, Histogram } from 'prom-client';
import type { EngineStatus } from '../../engine/ports/engine-status.js';

export const STEP_LATENCY = 'cdb_step_latency_ms';

type Labels = 'step' | 'le';

/**
 * A histogram whose buckets the engine has counted itself. The library's own takes one observation
 * at a time, so this is a gauge to the registry (which then asks only `get`) that answers with the
 * description of a histogram and the finished buckets.
 */
export class StepLatency extends Gauge<Labels> {
  readonly #description: Histogram<Labels>;
  #latency: EngineStatus['latency'] | null = null;

  constructor() {
    const help = 'Wall milliseconds of each step of the effect path';
    super({ name: STEP_LATENCY, help, labelNames: ['step', 'le'], registers: [] });
    this.#description = new Histogram({
      name: STEP_LATENCY,
      help,
      labelNames: ['step'],
      registers: [],
    });
  }

  show(latency: EngineStatus['latency']): void {
    this.#latency = latency;
  }

  override async get(): ReturnType<Gauge<Labels>['get']> {
    const described = await this.#description.get();
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

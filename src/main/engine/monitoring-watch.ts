import { probeMetrics } from '../../adapters/metrics/probe-metrics.js';
import type { MetricsListener } from '../../adapters/metrics/listener.js';
import { initialMonitoring, lookAtMonitoring } from '../../engine/control/canary-monitoring.js';
import { CANARY_ABORTS, type CanaryTrigger } from '../../engine/domain/canary-terms.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { Clock } from '../../engine/ports/clock.js';

export interface MonitoringWatchParts {
  readonly live: Pick<EngineRun, 'status' | 'tripCanary'>;
  readonly metrics: Pick<MetricsListener, 'host' | 'port' | 'scrapes'>;
  readonly clock: Clock;
  readonly everyMs: number;
  readonly onNotice: (text: string) => void;
}

/** Looks at the monitoring until `signal`, and trips the canary that runs where it is gone. */
export async function watchMonitoring(
  parts: MonitoringWatchParts,
  signal: AbortSignal,
): Promise<void> {
  const { metrics, clock, everyMs, onNotice } = parts;
  const state = initialMonitoring();
  const told: Told = { sessionId: '', triggers: new Set() };
  const look = async (): Promise<void> => {
    const trouble = await probeMetrics(metrics);
    const seen = { monotonicMs: clock.monotonicMs(), trouble, scrapes: metrics.scrapes() };
    trip(parts, told, lookAtMonitoring(state, seen));
  };
  while (!signal.aborted) {
    await look().catch((fault: unknown) => {
      onNotice(`the monitoring of a canary could not be looked at: ${String(fault)}`);
    });
    await clock.sleep(everyMs, signal);
  }
}

/** Whoever has looked and takes a step is not stopped by the same thing again. */
interface Told {
  sessionId: string;
  triggers: Set<CanaryTrigger>;
}

function trip(
  { live, onNotice }: MonitoringWatchParts,
  told: Told,
  wrong: ReturnType<typeof lookAtMonitoring>,
): void {
  const { canary } = live.status();
  if (canary?.phase !== 'running' && canary?.phase !== 'held') return;
  const before = told.sessionId === canary.sessionId ? told.triggers : new Set<CanaryTrigger>();
  const lasting = wrong.filter(({ trigger }) => before.has(trigger));
  // What would hold it is kept until it runs.
  const fresh = wrong.filter(
    ({ trigger }) =>
      !before.has(trigger) &&
      (canary.phase === 'running' || CANARY_ABORTS.some((abort) => abort === trigger)),
  );
  told.sessionId = canary.sessionId;
  told.triggers = new Set([...lasting, ...fresh].map(({ trigger }) => trigger));
  for (const { trigger, detail } of fresh) {
    live.tripCanary(trigger, detail);
    onNotice(`the canary hears of ${trigger}: ${detail}`);
  }
}

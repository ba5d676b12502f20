import type { CanaryTrigger } from '../domain/canary-terms.js';

/** Nothing in this build finds these out: it has no credentials of a venue that could be refused. */
const NEVER_WATCHED: readonly CanaryTrigger[] = ['credential_incident'];
/** Found out by the metrics endpoint, and by who scrapes it. */
const BY_METRICS: readonly CanaryTrigger[] = ['monitoring_down', 'prometheus_down'];
/** What a plan can say that nobody watches; everything else is watched by the fold itself. */
export const MAYBE_UNWATCHED: readonly CanaryTrigger[] = [...NEVER_WATCHED, ...BY_METRICS];

/** In a row, so that one lost probe ends nothing. */
const TROUBLES_MIN = 3;
/** Far above any usual scrape interval, far below the 15 minutes of a canary. */
const SCRAPE_SILENCE_MS = 120_000;

/** Triggers that nobody raises in an engine that serves metrics, or that does not. */
export function unwatchedTriggers(servesMetrics: boolean): readonly CanaryTrigger[] {
  return servesMetrics ? NEVER_WATCHED : MAYBE_UNWATCHED;
}

/** What the looks before have seen; changed in place. */
export interface MonitoringState {
  troubles: number;
  scrapes: number;
  /** Null until somebody has scraped: who never came is not missed. */
  scrapedAtMs: number | null;
}

export interface MonitoringLook {
  /** Of a clock that never goes back. */
  readonly monotonicMs: number;
  /** Why the metrics endpoint does not answer; null while it does. */
  readonly trouble: string | null;
  /** Since the start. */
  readonly scrapes: number;
}

export function initialMonitoring(): MonitoringState {
  return { troubles: 0, scrapes: 0, scrapedAtMs: null };
}

/** @returns what is wrong by now, each with its words; also when it was wrong at the look before */
export function lookAtMonitoring(
  state: MonitoringState,
  { monotonicMs, trouble, scrapes }: MonitoringLook,
): readonly { readonly trigger: CanaryTrigger; readonly detail: string }[] {
  state.troubles = trouble === null ? 0 : state.troubles + 1;
  if (scrapes > state.scrapes) state.scrapedAtMs = monotonicMs;
  state.scrapes = scrapes;
  const silentMs = state.scrapedAtMs === null ? 0 : monotonicMs - state.scrapedAtMs;
  const detail = `nobody has scraped the metrics for ${Math.floor(silentMs / 1000)} s`;
  return [
    ...(trouble !== null && state.troubles >= TROUBLES_MIN
      ? [{ trigger: 'monitoring_down', detail: `the metrics do not answer: ${trouble}` } as const]
      : []),
    ...(silentMs >= SCRAPE_SILENCE_MS ? [{ trigger: 'prometheus_down', detail } as const] : []),
  ];
}

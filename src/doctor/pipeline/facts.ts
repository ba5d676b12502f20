import type { SystemView } from '../../view/system-view.js';

export interface PipelineFacts {
  /** The engine that runs here; null: none does. */
  readonly engine: SystemView | null;
  readonly counters: CounterHistory;
}

/** Counters of all sources, as they were at some moments; oldest first, the newest two of this run. */
export interface CounterHistory {
  readonly samples: readonly CounterSample[];
}

export interface CounterSample {
  readonly atMs: number;
  /** `risk.orders_blocked_total`, `rows.risk_events`, `stream.signals`, `engine.RiskDecided`. */
  readonly counters: Readonly<Record<string, Counter>>;
}

export interface Counter {
  readonly value: number;
  /** When it began at 0 (start of its process); null where that is not known. */
  readonly sinceMs: number | null;
  /** At its bound: the value says "full" and no longer counts. */
  readonly isCapped: boolean;
}

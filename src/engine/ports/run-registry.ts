import type { RunRecord } from './audit-store.js';

export interface RegisteredRun extends RunRecord {
  /** The feed has ended and everything was drained. */
  readonly finished: boolean;
  /** Null when the run did not say that it ended: it runs, or it crashed. */
  readonly endedAtMs: number | null;
  /** Last input whose facts are committed and published, as of the end; null while unknown. */
  readonly seqCommitted: number | null;
  /**
   * What a canary of it holds or has left, as of the end: "0.002 BTCUSDT"; null for nothing. While a session
   * is under way it is HELD_UNKNOWN, and stays so where the run does not say that it ended.
   */
  readonly canaryHeld: string | null;
}

export const HELD_UNKNOWN = 'unknown, it did not end';

export function newRun(run: RunRecord): RegisteredRun {
  return { ...run, finished: false, endedAtMs: null, seqCommitted: null, canaryHeld: null };
}

/** The runs of one state directory. */
export interface RunRegistry {
  /** Oldest first. */
  list(): readonly RegisteredRun[];
  /** The newest run with this identity: the one that a start continues. */
  newest(identity: string): RegisteredRun | null;
  /** Durable when it returns. */
  add(run: RunRecord): void;
  update(
    runId: string,
    change: Partial<
      Pick<
        RegisteredRun,
        'finished' | 'endedAtMs' | 'seqCommitted' | 'configHash' | 'codeVersion' | 'canaryHeld'
      >
    >,
  ): void;
}

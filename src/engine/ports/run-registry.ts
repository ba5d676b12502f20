import type { RunRecord } from './audit-store.js';

export interface RegisteredRun extends RunRecord {
  /** The feed has ended and everything was drained. */
  readonly finished: boolean;
  /** Null when the run did not say that it ended: it runs, or it crashed. */
  readonly endedAtMs: number | null;
  /** Last input whose facts are committed and published, as of the end; null while unknown. */
  readonly seqCommitted: number | null;
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
      Pick<RegisteredRun, 'finished' | 'endedAtMs' | 'seqCommitted' | 'configHash' | 'codeVersion'>
    >,
  ): void;
}

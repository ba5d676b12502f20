import { z } from 'zod';
import type { EngineStatus } from '../engine/ports/engine-status.js';
import { STREAM_VIEWS, streamViewJson, type StreamView } from './streams-json.js';

/** How far inputs have come on their way to the streams; null is "cannot be told", not 0. */
export interface Progress {
  readonly runId: string;
  readonly observedAtMs: number;
  readonly seqJournaled: number;
  readonly seqFolded: number | null;
  /** Rows are in the audit trail. */
  readonly seqCommitted: number | null;
  readonly seqPublished: number | null;
  /** Age of the oldest input that is not published. */
  readonly publishLagMs: number | null;
}

export interface Lag {
  /** Null where nothing ever ran. */
  readonly progress: Progress | null;
  readonly streams: readonly StreamView[];
}

export function progressOf(status: EngineStatus): Progress {
  const { runId, observedAtMs, seqJournaled, seqFolded, publishLagMs } = status;
  return {
    ...{ runId, observedAtMs, seqJournaled, seqFolded, publishLagMs },
    seqCommitted: status.seqAudited,
    seqPublished: status.seqCommitted,
  };
}

export function lagJson({ progress, streams }: Lag) {
  return {
    progress: progress === null ? null : progressJson(progress),
    streams: streams.map(streamViewJson),
  };
}

/** @returns null for a body of another shape or version */
export function readLag(body: unknown): Lag | null {
  const read = LAG.safeParse(body);
  return read.success ? read.data : null;
}

function progressJson(progress: Progress) {
  return {
    run_id: progress.runId,
    observed_at: new Date(progress.observedAtMs).toISOString(),
    seq_journaled: progress.seqJournaled,
    seq_folded: progress.seqFolded,
    seq_committed: progress.seqCommitted,
    seq_published: progress.seqPublished,
    publish_lag_ms: progress.publishLagMs === null ? null : Math.round(progress.publishLagMs),
  };
}

const seq = z.number().int().nonnegative();
const PROGRESS = z
  .object({
    run_id: z.string(),
    observed_at: z.iso.datetime(),
    seq_journaled: seq,
    seq_folded: seq.nullable(),
    seq_committed: seq.nullable(),
    seq_published: seq.nullable(),
    publish_lag_ms: z.number().nonnegative().nullable(),
  })
  .transform((progress) => ({
    runId: progress.run_id,
    observedAtMs: Date.parse(progress.observed_at),
    seqJournaled: progress.seq_journaled,
    seqFolded: progress.seq_folded,
    seqCommitted: progress.seq_committed,
    seqPublished: progress.seq_published,
    publishLagMs: progress.publish_lag_ms,
  }));
const LAG = z.object({ progress: PROGRESS.nullable(), streams: STREAM_VIEWS });

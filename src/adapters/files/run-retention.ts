import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RegisteredRun } from '../../engine/ports/run-registry.js';
import { streamDirectoryName } from './stream-names.js';

/** Runs whose inputs and snapshots are kept; their rows in the database stay in any case. */
const RUNS_KEPT = 100;

/** Removes inputs and snapshots of old runs that have ended. @param runs oldest first */
export function removeOldRuns(
  runs: readonly RegisteredRun[],
  places: {
    readonly inputs: string;
    readonly snapshots: string;
    readonly streamOf: (runId: string) => string;
  },
): void {
  const old = runs.slice(0, Math.max(0, runs.length - RUNS_KEPT));
  for (const { runId, endedAtMs } of old) {
    if (endedAtMs === null) continue;
    const gone = { recursive: true, force: true } as const;
    rmSync(join(places.inputs, streamDirectoryName(places.streamOf(runId))), gone);
    rmSync(join(places.snapshots, streamDirectoryName(runId)), gone);
  }
}

import type { RunRecord } from '../../../src/engine/ports/audit-store.js';
import {
  newRun,
  type RegisteredRun,
  type RunRegistry,
} from '../../../src/engine/ports/run-registry.js';

/** Runs in memory. */
export class MemoryRunRegistry implements RunRegistry {
  #runs: RegisteredRun[] = [];

  list(): readonly RegisteredRun[] {
    return this.#runs;
  }

  newest(identity: string): RegisteredRun | null {
    return this.#runs.findLast((run) => run.identity === identity) ?? null;
  }

  add(run: RunRecord): void {
    this.#runs.push(newRun(run));
  }

  update(runId: string, change: Parameters<RunRegistry['update']>[1]): void {
    this.#runs = this.#runs.map((run) => (run.runId === runId ? { ...run, ...change } : run));
  }
}

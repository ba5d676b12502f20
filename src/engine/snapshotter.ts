import type { Committer } from './committer.js';
import { stateShape } from './core-state.js';
import type { Fold } from './fold.js';
import type { Journal } from './journal.js';
import type { Clock } from './ports/clock.js';
import type { Snapshot, SnapshotStore } from './ports/snapshot-store.js';

export interface SnapshotterDeps {
  readonly runId: string;
  readonly snapshots: SnapshotStore;
  readonly journal: Journal;
  /** Makes what was published survive power loss: behind a snapshot it is not published again. */
  readonly syncPublished: () => Promise<void>;
  readonly clock: Clock;
  readonly limits: {
    readonly everyInputs: number;
    readonly everyMs: number;
    readonly keepInputs: number;
  };
}

/**
 * Takes snapshots of the fold and saves each once all its facts are committed and published, so
 * that recovery never starts behind an effect that is still missing.
 */
export class Snapshotter {
  readonly #deps: SnapshotterDeps;
  #pending: Snapshot | null = null;
  #takenSeq: number;
  #takenAtMs: number;

  constructor(deps: SnapshotterDeps, seq: number) {
    this.#deps = deps;
    this.#takenSeq = seq;
    this.#takenAtMs = deps.clock.monotonicMs();
  }

  async consider(fold: Fold, committer: Committer): Promise<void> {
    const { clock, limits } = this.#deps;
    if (this.#pending !== null) {
      await this.#saveWhenCommitted(committer);
      return;
    }
    const many = fold.seq - this.#takenSeq >= limits.everyInputs;
    const old =
      clock.monotonicMs() - this.#takenAtMs >= limits.everyMs && fold.seq > this.#takenSeq;
    if (many || old) this.#pending = this.#take(fold);
  }

  /** At the end of a run; in a stall there is nothing to save, recovery folds the journal. */
  async final(fold: Fold, committer: Committer): Promise<void> {
    this.#pending = this.#take(fold);
    await this.#saveWhenCommitted(committer);
  }

  #take(fold: Fold): Snapshot {
    this.#takenSeq = fold.seq;
    this.#takenAtMs = this.#deps.clock.monotonicMs();
    return snapshotOf(fold, this.#deps.runId);
  }

  async #saveWhenCommitted(committer: Committer): Promise<void> {
    const snapshot = this.#pending;
    if (snapshot === null || committer.seqCommitted < snapshot.seq) return;
    await this.#deps.syncPublished();
    await this.#deps.snapshots.save({ ...snapshot, recordedSeq: committer.seqRecorded });
    this.#pending = null;
    const { journal, limits } = this.#deps;
    if (snapshot.seq > limits.keepInputs) await journal.trimBelow(snapshot.seq - limits.keepInputs);
  }
}

export function snapshotOf(fold: Fold, runId: string): Snapshot {
  const { codeVersion, configHash } = fold.state;
  return {
    runId,
    seq: fold.seq,
    digest: fold.digest,
    codeVersion,
    configHash,
    stateShape: stateShape(),
    state: fold.stateText(),
  };
}

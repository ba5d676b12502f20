/** Folded state at one journal sequence. */
export interface Snapshot {
  readonly runId: string;
  readonly seq: number;
  /** Rolling digest of all outputs up to and including `seq`. */
  readonly digest: string;
  readonly codeVersion: string;
  readonly configHash: string;
  /** Names of the state's members; a build with other ones can't go on from this snapshot. */
  readonly stateShape: string;
  /** Newest input whose rows the audit trail had when this was saved; absent where nobody looked. */
  readonly recordedSeq?: number;
  /** Encoded core state; `undefined` never occurs. */
  readonly state: string;
}

export interface SnapshotStore {
  /** Durable when resolved; keeps a bounded number of older ones. */
  save(snapshot: Snapshot): Promise<void>;
  /** Newest first; unreadable or damaged ones are left out (and counted in `damaged`). */
  load(
    runId: string,
  ): Promise<{ readonly snapshots: readonly Snapshot[]; readonly damaged: number }>;
}

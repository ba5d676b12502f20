import { stateShape } from './core-state.js';
import type { Fold } from './fold.js';
import type { FoldedBatch } from './domain/folded-batch.js';
import type { SequencedInput } from './domain/inputs.js';
import type { Journal } from './journal.js';
import type { AuditCursor } from './ports/audit-store.js';
import type { Snapshot, SnapshotStore } from './ports/snapshot-store.js';

export interface Recovered {
  readonly fromSnapshotSeq: number;
  readonly inputsFolded: number;
  readonly snapshotsDamaged: number;
}

/** Why a run can't go on from where it was; nothing was changed. */
export class RecoveryRefused extends Error {
  override readonly name = 'RecoveryRefused';
  readonly reason: 'other_code' | 'other_state' | 'other_history' | 'journal_short';

  constructor(reason: RecoveryRefused['reason'], why: string) {
    super(why);
    this.reason = reason;
  }
}

interface RecoveryDeps {
  readonly runId: string;
  readonly fold: Fold;
  readonly journal: Journal;
  readonly snapshots: SnapshotStore;
  readonly codeVersion: string;
  /** What the audit trail has; null when it has nothing of this run or can't be asked. */
  readonly cursor: AuditCursor | null;
  /** Commits (a no-op where that happened already) and publishes, both idempotent. */
  readonly offer: (batch: FoldedBatch) => Promise<void>;
  readonly nowMs: () => number;
}

/**
 * Newest good snapshot, then the journal behind it: the state is what it was, and whatever was
 * folded but not committed or published is offered again under the same ids.
 */
export async function recover(deps: RecoveryDeps): Promise<Recovered> {
  const { fold, journal, cursor } = deps;
  const { snapshot, damaged } = await newestSnapshot(deps);
  if (snapshot !== null) {
    assertSameShape(snapshot, deps);
    fold.restore(snapshot);
  }
  const fromSnapshotSeq = fold.seq;
  let inputsFolded = 0;
  for await (const inputs of journal.read(fold.seq)) {
    const outputs = [];
    const [first] = inputs;
    if (inputsFolded === 0) {
      if (snapshot === null) assertBeginning(first);
      refuseOtherCode(tailVersion(fold, inputs), deps);
    }
    for (const sequenced of inputs) {
      outputs.push(...fold.apply(sequenced));
      if (fold.seq === cursor?.seq) assertSameDigest(fold, cursor);
    }
    inputsFolded += inputs.length;
    const { seq, digest } = fold;
    const seqFirst = first?.seq ?? seq;
    await deps.offer({ seqFirst, seqLast: seq, digest, outputs, arrivedAtMs: deps.nowMs() });
  }
  assertWholeJournal(cursor, fold.seq);
  return { fromSnapshotSeq, inputsFolded, snapshotsDamaged: damaged };
}

async function newestSnapshot(
  deps: RecoveryDeps,
): Promise<{ readonly snapshot: Snapshot | null; readonly damaged: number }> {
  const { snapshots, damaged } = await deps.snapshots.load(deps.runId);
  // A snapshot is saved behind its commit: an audit trail that does not reach as far as it did then
  // has lost something, and gets it again from before that.
  const recordedSeq = deps.cursor?.seq ?? -1;
  const usable = snapshots.find(
    ({ seq, recordedSeq: then = 0 }) =>
      seq <= deps.journal.lastSeq && recordedSeq >= Math.min(seq, then),
  );
  return { snapshot: usable ?? null, damaged };
}

/** Without its beginning, which retention may have dropped, a run would fold to something else. */
function assertBeginning(first: SequencedInput | undefined): void {
  if (first === undefined || first.input.kind === 'ConfigChanged') return;
  const why = `the journal begins at input ${first.seq}, behind the start of the run, and no snapshot goes before it`;
  throw new RecoveryRefused('journal_short', why);
}

/**
 * The build that decided on the tail: a build that takes over says so before its first trade. Known
 * before anything is folded, because other code may also fold to another digest.
 */
function tailVersion(fold: Fold, inputs: readonly SequencedInput[]): string {
  let version = fold.state.codeVersion;
  for (const { input } of inputs) {
    if (input.kind === 'TradeObserved' || input.kind === 'TimerElapsed') break;
    if (input.kind === 'ConfigChanged') version = input.codeVersion;
  }
  return version;
}

/** Folding a tail under other code could decide otherwise than the orders that already left. */
function refuseOtherCode(written: string, { codeVersion }: RecoveryDeps): void {
  if (written === '' || written === codeVersion) return;
  throw new RecoveryRefused(
    'other_code',
    `written by build "${written}", this is "${codeVersion}"`,
  );
}

/** A state that lacks a member would decide on `undefined`. */
function assertSameShape(snapshot: Snapshot, { codeVersion }: RecoveryDeps): void {
  if (snapshot.stateShape === stateShape()) return;
  const why = `its state was saved by build "${snapshot.codeVersion}", this is "${codeVersion}"`;
  throw new RecoveryRefused('other_state', why);
}

function assertSameDigest(fold: Fold, cursor: AuditCursor): void {
  if (fold.digest === cursor.digest) return;
  const [journal, audit] = [fold.digest, cursor.digest].map((digest) => digest.slice(0, 12));
  const why = `at input ${cursor.seq} the journal folds to ${journal}, the audit trail has ${audit}`;
  throw new RecoveryRefused('other_history', why);
}

function assertWholeJournal(cursor: AuditCursor | null, seq: number): void {
  if (cursor === null || cursor.seq <= seq) return;
  const why = `the audit trail is committed up to input ${cursor.seq}, the journal ends at ${seq}`;
  throw new RecoveryRefused('journal_short', why);
}

import type { Fold } from './fold.js';
import type { FoldedBatch } from './folded-batch.js';
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
  readonly reason: 'other_code' | 'other_history' | 'journal_short';

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
  if (snapshot !== null) fold.restore(snapshot);
  const fromSnapshotSeq = fold.seq;
  let inputsFolded = 0;
  for await (const inputs of journal.read(fold.seq)) {
    const outputs = [];
    const [first] = inputs;
    for (const sequenced of inputs) {
      outputs.push(...fold.apply(sequenced));
      if (fold.seq === cursor?.seq) assertSameDigest(fold, cursor);
    }
    if (inputsFolded === 0) refuseOtherCode(fold, deps);
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
  const usable = snapshots.find((snapshot) => snapshot.seq <= deps.journal.lastSeq);
  return { snapshot: usable ?? null, damaged };
}

/** Folding a tail under other code could decide otherwise than the orders that already left. */
function refuseOtherCode(fold: Fold, { codeVersion }: RecoveryDeps): void {
  const written = fold.state.codeVersion;
  if (written === '' || written === codeVersion) return;
  throw new RecoveryRefused(
    'other_code',
    `written by build "${written}", this is "${codeVersion}"`,
  );
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

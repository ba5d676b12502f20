import { EXIT, OperatorError } from '../operator-error.js';
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
      if (fold.seq === cursor?.seq) assertSameDigest(fold, cursor, deps.runId);
    }
    if (inputsFolded === 0) refuseOtherCode(fold, deps);
    inputsFolded += inputs.length;
    const { seq, digest } = fold;
    const seqFirst = first?.seq ?? seq;
    await deps.offer({ seqFirst, seqLast: seq, digest, outputs, arrivedAtMs: deps.nowMs() });
  }
  if (cursor !== null && cursor.seq > fold.seq) throw journalShort(cursor, fold.seq);
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
function refuseOtherCode(fold: Fold, deps: RecoveryDeps): void {
  const written = fold.state.codeVersion;
  if (written === '' || written === deps.codeVersion) return;
  throw new OperatorError({
    code: 'CDB-E0601',
    what: `cannot continue run ${deps.runId}: its journal has a tail that was not drained`,
    why: `the tail was written by build "${written}", this is build "${deps.codeVersion}"`,
    todo: `start build "${written}" once to drain it, or begin a new run with --restart`,
    exit: EXIT.CONFLICT,
  });
}

function assertSameDigest(fold: Fold, cursor: AuditCursor, runId: string): void {
  if (fold.digest === cursor.digest) return;
  throw new OperatorError({
    code: 'CDB-E0602',
    what: `cannot continue run ${runId}: journal and audit trail tell different stories`,
    why: `at input ${String(cursor.seq)} the journal folds to digest ${fold.digest.slice(0, 12)}, the audit trail has ${cursor.digest.slice(0, 12)}`,
    todo: 'keep the state directory for examination and begin a new run with --restart',
    exit: EXIT.CONFLICT,
  });
}

function journalShort(cursor: AuditCursor, seq: number): OperatorError {
  return new OperatorError({
    code: 'CDB-E0603',
    what: 'cannot continue: the journal ends before the audit trail',
    why: `the audit trail is committed up to input ${String(cursor.seq)}, the journal ends at ${String(seq)}`,
    todo: 'restore the journal directory from a backup, or begin a new run with --restart',
    exit: EXIT.CONFLICT,
  });
}

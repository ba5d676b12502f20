import { stateShape } from '../core-state.js';
import type { Fold } from '../fold.js';
import { assertInvariant } from '../domain/invariant.js';
import type { ShardHead, ShardInput, ShardLog } from '../ports/shard-log.js';
import type { ShardCursor, ShardStore } from '../ports/shard-store.js';
import { RecoveryRefused } from '../recovery.js';

const READ_LIMIT = 2_000;
export const LOG_EMPTY = 'it is empty';

interface RecoveryParts {
  readonly runId: string;
  readonly fold: Fold;
  readonly log: ShardLog;
  readonly store: ShardStore;
  readonly codeVersion: string;
}

/** How the state of a shard was made again. */
export type ShardRecovered =
  /** From a snapshot and the inputs behind it; the fold stands where the facts end. */
  | { readonly state: 'whole'; readonly inputsFolded: number }
  /**
   * The event log does not have what the database has, or says otherwise; the fold stands at the
   * cursor of the database, and the shard has to be begun behind it.
   */
  | { readonly state: 'lost'; readonly cursor: ShardCursor | null; readonly why: string };

/** @throws RecoveryRefused when another build has to finish what it has begun */
export async function recoverShard(parts: RecoveryParts): Promise<ShardRecovered> {
  const cursor = await parts.store.cursor(parts.runId);
  const head = await parts.log.head();
  await restoreSnapshot(parts, cursor);
  const why = whyLost(head, cursor);
  if (head === null || why !== null) return fromDatabase(parts, why ?? LOG_EMPTY);
  const { fold } = parts;
  const recorded = cursor === null ? 0 : await foldLog(parts, head, cursor.seq);
  if (cursor === null || (fold.seq === cursor.seq && fold.digest === cursor.digest)) {
    const unrecorded = await foldLog(parts, head, head.foldedSeq);
    const told = (await newestDigest(parts.log, head)) ?? fold.digest;
    if (fold.seq === head.foldedSeq && fold.digest === told) {
      return { state: 'whole', inputsFolded: recorded + unrecorded };
    }
  }
  return fromDatabase(parts, 'its inputs fold to other facts than were committed');
}

function whyLost(head: ShardHead | null, cursor: ShardCursor | null): string | null {
  if (head === null) return LOG_EMPTY;
  if (cursor !== null && head.foldedSeq < cursor.seq) {
    return `its facts end at input ${head.foldedSeq}, ${cursor.seq} are committed`;
  }
  return null;
}

async function restoreSnapshot(parts: RecoveryParts, cursor: ShardCursor | null): Promise<void> {
  const { fold, runId, store, codeVersion } = parts;
  const { snapshots } = await store.snapshots.load(runId);
  const usable = snapshots.find(({ seq }) => cursor !== null && seq <= cursor.seq);
  if (usable === undefined) {
    fold.reset();
    return;
  }
  if (usable.stateShape !== stateShape()) {
    throw new RecoveryRefused(
      'other_state',
      `the snapshot was written by build "${usable.codeVersion}", this is "${codeVersion}"`,
    );
  }
  fold.restore(usable);
}

/** Folds what the log has between the snapshot and `seqMax`; ends earlier where it has not all. */
async function foldLog(parts: RecoveryParts, head: ShardHead, seqMax: number): Promise<number> {
  const { fold, log, store, runId } = parts;
  let folded = 0;
  // The log may have been begun, or trimmed, behind the snapshot.
  const isShort = head.firstSeq === null || head.firstSeq > fold.seq + 1;
  if (isShort && fold.seq < seqMax) {
    for await (const inputs of store.inputs(runId, fold.seq)) {
      folded += apply(parts, inputs, seqMax);
    }
  }
  while (fold.seq < seqMax) {
    const inputs = await log.read(fold.seq, READ_LIMIT, 0);
    if (inputs[0]?.seq !== fold.seq + 1) return folded;
    folded += apply(parts, inputs, seqMax);
  }
  return folded;
}

function apply(parts: RecoveryParts, inputs: readonly ShardInput[], seqMax: number): number {
  const { fold, codeVersion } = parts;
  let count = 0;
  for (const one of inputs) {
    if (one.seq <= fold.seq || one.seq > seqMax) continue;
    assertInvariant(one.seq === fold.seq + 1, `input ${one.seq} follows input ${fold.seq}`);
    fold.apply(one);
    count += 1;
    const written = fold.state.codeVersion;
    if (written !== '' && written !== codeVersion) {
      throw new RecoveryRefused(
        'other_code',
        `its newest facts are of build "${written}", this is "${codeVersion}"`,
      );
    }
  }
  return count;
}

async function newestDigest(log: ShardLog, head: ShardHead): Promise<string | null> {
  // An owner may have begun the shard and ended before it folded anything.
  if (head.foldedSeq === 0) return null;
  const [batch] = await log.facts(head.foldedSeq - 1, 1, 0);
  return batch?.digest ?? null;
}

/** What was read from the lost log must not get on record behind this. */
async function fromDatabase(parts: RecoveryParts, why: string): Promise<ShardRecovered> {
  const { fold, store, runId } = parts;
  const cursor = await store.endWriting(runId);
  await restoreSnapshot(parts, cursor);
  if (cursor !== null) {
    for await (const inputs of store.inputs(runId, fold.seq)) apply(parts, inputs, cursor.seq);
    const isWhole = fold.seq === cursor.seq && fold.digest === cursor.digest;
    if (!isWhole) {
      const there = `input ${fold.seq} with digest ${fold.digest}`;
      const kept = `input ${cursor.seq} with digest ${cursor.digest}`;
      throw new RecoveryRefused(
        'other_history',
        `the kept inputs fold to ${there}, not to ${kept}`,
      );
    }
  }
  return { state: 'lost', cursor, why };
}

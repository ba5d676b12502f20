import type { EngineStatus, Seen } from '../engine/ports/engine-status.js';
import type { SharedRunStatus, ShardStanding } from '../engine/ports/shared-run-status.js';
import { agoText, durationText } from './age.js';
import type { Verdict } from './effect-pair.js';
import { countText, FIGURE_STALE_MS } from './figure.js';

/** How long each may take: a lease that nobody renews ends after some seconds, and is then taken. */
const SHARED_LIMITS = {
  /** From the start of a process to its first look, and to the first owner of each shard. */
  startMs: 15_000,
  feedSilenceMs: 60_000,
  journalMs: 5_000,
  foldMs: 5_000,
  writtenMs: 5_000,
} as const;

/** Shards and their holders; as old as the look at them. */
export function holdersOf({ shards, shardCount, shardsAtMs }: SharedRunStatus) {
  const held = shards.filter(({ owner, writer }) => owner !== null && writer !== null).length;
  const cause: Seen = { count: shardCount, lastAtMs: shardsAtMs };
  const effect: Seen = { count: held, lastAtMs: shardsAtMs };
  return { cause, effect };
}

/** Inputs of all shards, and those of them that are folded. */
export function inputsOf({ shards }: SharedRunStatus): Readonly<Record<'came' | 'folded', Seen>> {
  const times = shards.flatMap(({ lastInputAtMs }) => lastInputAtMs ?? []);
  const lastAtMs = times.length === 0 ? null : Math.max(...times);
  const came = sum(shards.map(({ head }) => head?.seq ?? 0));
  const folded = came - sum(shards.map(inputsWaiting));
  return {
    came: { count: came, lastAtMs },
    folded: { count: folded, lastAtMs: folded === came ? lastAtMs : null },
  };
}

/** Does every shard have somebody who folds it and somebody who writes it? */
export function judgeHolders(status: EngineStatus, shared: SharedRunStatus): Verdict {
  const early = isEarly(status);
  const unseen = unseenWords(status, shared);
  if (unseen !== null) return { word: early ? 'UNKNOWN' : 'STALLED', reason: unseen };
  const { shards, engines } = shared;
  const ownerless = shards.filter(({ owner }) => owner === null);
  const writerless = shards.filter(({ writer }) => writer === null);
  if (ownerless.length + writerless.length > 0) {
    const missing = [
      ...without(ownerless, 'owner: nobody folds its inputs'),
      ...without(writerless, 'writer: nobody writes its decisions'),
    ];
    return { word: early ? 'UNKNOWN' : 'STALLED', reason: missing.join('; ') };
  }
  const begun = shards.filter(({ head }) => head !== null).length;
  if (begun < shards.length) {
    const reason = `${begun} of ${shards.length} shards are begun; the owners begin the others`;
    return { word: 'UNKNOWN', reason };
  }
  const count = engines.length === 1 ? '1 engine' : `${countText(engines.length)} engines`;
  const all = shards.length === 1 ? '1 shard' : `${countText(shards.length)} shards, each`;
  return { word: 'OK', reason: `${all} with an owner and a writer; ${count}` };
}

/** Of a process that does not feed itself, or feeds from a file: do inputs reach the shards? */
export function judgeSharedFeed(status: EngineStatus, shared: SharedRunStatus): Verdict {
  const { observedAtMs, startedAtMs } = status;
  const unseen = unseenWords(status, shared);
  if (unseen !== null) return { word: 'UNKNOWN', reason: unseen };
  const feeder = shared.engines.find(({ feeds }) => feeds);
  if (feeder === undefined) {
    return { word: isEarly(status) ? 'UNKNOWN' : 'STALLED', reason: 'no engine feeds this run' };
  }
  const { lastAtMs } = inputsOf(shared).came;
  const silentMs = observedAtMs - (lastAtMs ?? startedAtMs);
  const waiting = feeder.journalWaiting ?? 0;
  if (waiting > 0 && silentMs > SHARED_LIMITS.journalMs) {
    const journal = `${countText(waiting)} inputs wait in the journal of ${feeder.engineId}`;
    return {
      word: 'STALLED',
      reason: `${journal}, and none reached a shard for ${durationText(silentMs)}`,
    };
  }
  const isSilent = silentMs > SHARED_LIMITS.feedSilenceMs;
  if (lastAtMs === null) {
    const reason = `${feeder.engineId} feeds; no input since this process looks, for ${durationText(silentMs)}`;
    return { word: isSilent ? 'IDLE' : 'UNKNOWN', reason };
  }
  const reason = `${feeder.engineId} feeds; inputs last came ${durationText(silentMs)} ago`;
  return { word: isSilent ? 'IDLE' : 'OK', reason };
}

export function judgeSharedFold(status: EngineStatus, shared: SharedRunStatus): Verdict {
  const unseen = unseenWords(status, shared);
  if (unseen !== null) return { word: 'UNKNOWN', reason: unseen };
  const { came, folded } = inputsOf(shared);
  const [total, waiting] = [came.count, came.count - folded.count];
  if (total === 0) return { word: 'IDLE', reason: 'no input yet' };
  if (waiting === 0) {
    const count = countText(shared.shards.length);
    return { word: 'OK', reason: `all ${countText(total)} inputs of ${count} shards are folded` };
  }
  const oldest = oldestOf(shared.shards, 'unfoldedSinceMs');
  const waitedMs = oldest === null ? 0 : status.observedAtMs - oldest.sinceMs;
  const reason = `${countText(waiting)} inputs wait to be folded${oldestWords(oldest, waitedMs)}`;
  return { word: waitedMs > SHARED_LIMITS.foldMs ? 'STALLED' : 'OK', reason };
}

/** What is folded must get on record, whoever writes it; decisions and rows are counted apart here. */
export function judgeSharedAudit(status: EngineStatus, shared: SharedRunStatus): Verdict {
  const unseen = unseenWords(status, shared);
  if (unseen !== null) return { word: 'UNKNOWN', reason: unseen };
  const waiting = sum(shared.shards.map(notWritten));
  if (waiting === 0) {
    const total = sum(shared.shards.map(({ head }) => head?.writtenSeq ?? 0));
    if (total === 0) return { word: 'IDLE', reason: 'no input yet' };
    return { word: 'OK', reason: `all that is folded is on record: ${countText(total)} inputs` };
  }
  const late = shared.shards.filter((shard) => notWritten(shard) > 0);
  const oldest = oldestOf(late, 'unwrittenSinceMs');
  const waitedMs = oldest === null ? 0 : status.observedAtMs - oldest.sinceMs;
  const reason = `${countText(waiting)} folded inputs are not on record${oldestWords(oldest, waitedMs)}`;
  return { word: waitedMs > SHARED_LIMITS.writtenMs ? 'STALLED' : 'OK', reason };
}

export function inputsWaiting({ head }: ShardStanding): number {
  return head === null ? 0 : Math.max(0, head.seq - head.foldedSeq);
}

export function notWritten({ head }: ShardStanding): number {
  return head === null ? 0 : Math.max(0, head.foldedSeq - head.writtenSeq);
}

function isEarly({ observedAtMs, startedAtMs }: EngineStatus): boolean {
  return observedAtMs - startedAtMs < SHARED_LIMITS.startMs;
}

/** Null while the looks are fresh; what was seen earlier proves nothing of now. */
export function unseenWords(
  { observedAtMs }: EngineStatus,
  { shardsAtMs, lookTrouble }: SharedRunStatus,
): string | null {
  if (shardsAtMs !== null && observedAtMs - shardsAtMs <= FIGURE_STALE_MS) return null;
  const why = lookTrouble === '' ? '' : `: ${lookTrouble}`;
  return shardsAtMs === null
    ? `the shards were not seen yet${why}`
    : `the shards were last seen ${agoText(shardsAtMs, observedAtMs)}${why}`;
}

/** `shards 0, 2 have no owner: ...` */
function without(shards: readonly ShardStanding[], what: string): readonly string[] {
  const names = shards.map(({ shard }) => String(shard)).join(', ');
  if (shards.length === 0) return [];
  return [
    shards.length === 1 ? `shard ${names} has no ${what}` : `shards ${names} have no ${what}`,
  ];
}

interface Oldest {
  readonly shard: number;
  readonly sinceMs: number;
}

function oldestOf(
  shards: readonly ShardStanding[],
  since: 'unfoldedSinceMs' | 'unwrittenSinceMs',
): Oldest | null {
  return shards.reduce<Oldest | null>((oldest, { shard, [since]: sinceMs }) => {
    if (sinceMs === null || (oldest !== null && oldest.sinceMs <= sinceMs)) return oldest;
    return { shard, sinceMs };
  }, null);
}

function oldestWords(oldest: Oldest | null, waitedMs: number): string {
  return oldest === null
    ? ''
    : `, the oldest for ${durationText(waitedMs)} in shard ${oldest.shard}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((added, value) => added + value, 0);
}

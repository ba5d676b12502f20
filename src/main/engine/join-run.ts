import { nodeHash } from '../../adapters/node-hash.js';
import { forgetRun } from '../../adapters/redis/forget-run.js';
import { redisBoard } from '../../adapters/redis/redis-board.js';
import type { RedisLink } from '../../adapters/redis/redis-link.js';
import { redisShardLog } from '../../adapters/redis/redis-shard-log.js';
import type { EngineOrder } from '../../commands/services.js';
import { runIdOf } from '../../engine/domain/ids.js';
import type { LiveSettings } from '../../engine/live-run.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { SharedRun, SharedRuns } from '../../engine/ports/engine-board.js';
import type { Feed } from '../../engine/ports/feed.js';
import type { ShardLog } from '../../engine/ports/shard-log.js';
import type { RunGroup, ShardStore } from '../../engine/ports/shard-store.js';
import { shardIdentity, shardRunId } from '../../engine/shards/shard-of.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { rolesOf } from './process-roles.js';

const RUN_POLL_MS = 500;

interface Joining {
  readonly link: RedisLink;
  readonly runs: SharedRuns;
  readonly store: Pick<ShardStore, 'newestGroup'>;
  readonly clock: Clock;
  readonly feed: Feed | null;
  readonly settings: LiveSettings;
}

export interface Joined {
  readonly run: SharedRun;
  /** False: it was there before this process. */
  readonly isNew: boolean;
  /** The run that it took the place of. */
  readonly replaced?: string;
}

/** Whoever feeds begins the run; the others wait for one. */
export async function joinRun(order: EngineOrder, joining: Joining): Promise<Joined> {
  const { runs, clock, feed, settings } = joining;
  if (feed !== null && rolesOf(order).includes('ingest')) {
    return beginRun(order, { ...joining, feed });
  }
  for (let told = false; ; told = true) {
    order.signal.throwIfAborted();
    const run = await runs.current();
    if (run !== null && !run.finished) {
      if (run.mode === settings.mode) return { run, isNew: false };
      throw otherRun(run, `it runs in mode ${run.mode}, this process in ${settings.mode}`);
    }
    if (!told)
      order.onNotice('no run has begun on this Redis; waiting for a process that feeds one');
    await clock.sleep(RUN_POLL_MS, order.signal);
  }
}

async function beginRun(
  { config, restart, onNotice }: EngineOrder,
  { link, runs, store, clock, feed, settings }: Joining & { readonly feed: Feed },
): Promise<Joined> {
  const { mode, seed, configHash } = settings;
  const { shards } = config.redis;
  const tuple = [feed.identity, mode, String(seed), feed.finite ? configHash : ''];
  const identity = [...tuple, `${shards} shards`].join('|');
  const current = await runs.current();
  if (current?.identity === identity && !restart) return { run: current, isNew: false };
  if (current !== null && !current.finished) {
    if (!restart) throw otherRun(current, differences(current.identity, identity));
    await refuseUnfinished(link, current);
  }
  const runOf = (startedAtMs: number): SharedRun => ({
    runGroup: runIdOf(nodeHash, identity, startedAtMs),
    ...{ identity, mode, feed: feed.description, seed, shards, startedAtMs },
    finished: false,
  });
  const kept = restart || current !== null ? null : await keptRun(store, runOf(0));
  if (kept !== null) {
    onNotice(
      `Redis knows of no run, but the database has run ${kept.runGroup} of this feed; it goes on ` +
        '(--restart begins another)',
    );
    const there = await runs.begin(runOf(kept.startedAtMs), null);
    if (there.identity !== identity) throw otherRun(there, 'another process has just begun it');
    return { run: there, isNew: false };
  }
  const run = runOf(clock.nowMs());
  const begun = await runs.begin(run, current?.runGroup ?? null);
  if (begun.identity !== identity) throw otherRun(begun, 'another process has just begun it');
  if (current !== null) {
    await forgetRun(link, current, (shard) => shardRunId(nodeHash, current, shard));
  }
  const isNew = begun.runGroup === run.runGroup;
  return current === null
    ? { run: begun, isNew }
    : { run: begun, isNew, replaced: current.runGroup };
}

/** What the Redis has lost with everything else, the database may have. */
async function keptRun(store: Joining['store'], run: SharedRun): Promise<RunGroup | null> {
  const shards = Array.from({ length: run.shards }, (_, shard) => shardIdentity(run, shard));
  const found = await store.newestGroup(shards);
  if (found === null) return null;
  const isSame = runIdOf(nodeHash, run.identity, found.startedAtMs) === found.runGroup;
  return isSame ? found : null;
}

/** The parts of an identity behind that of its feed, from the last one on. */
const IDENTITY_TAIL = ['number of shards', 'configuration', 'seed', 'mode'];

function differences(there: string, here: string): string {
  const [a, b] = [there.split('|'), here.split('|')];
  const feed = (parts: readonly string[]) => parts.slice(0, -IDENTITY_TAIL.length).join('|');
  const names = [
    ...(feed(a) === feed(b) ? [] : ['feed']),
    ...IDENTITY_TAIL.filter((_, back) => a.at(-1 - back) !== b.at(-1 - back)),
  ];
  return `it is of another ${names.join(' and another ')}`;
}

/** A run that others work on, or whose decisions are not all on record, is not left behind. */
async function refuseUnfinished(link: RedisLink, run: SharedRun): Promise<void> {
  const engines = await redisBoard(link, run.runGroup).list();
  if (engines.length > 0) {
    const names = engines.map(({ engineId }) => engineId).join(', ');
    throw otherRun(
      run,
      `${names} still works on it; stop it first, or wait five seconds if it was killed`,
    );
  }
  for (let shard = 0; shard < run.shards; shard += 1) {
    const head = await shardOf(link, run.runGroup, shard).head();
    const left = head === null ? 0 : head.foldedSeq - head.writtenSeq;
    if (left > 0)
      throw otherRun(run, `decisions of ${left} inputs of shard ${shard} are not on record`);
  }
}

function shardOf(link: RedisLink, runGroup: string, shard: number): ShardLog {
  const place = { runGroup, shard, inputsMax: 1, waitReplicas: 0 };
  return redisShardLog({ data: link, waiting: link }, place);
}

function otherRun(run: SharedRun, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0811',
    what: `Redis holds the run ${run.runGroup} (${run.feed}, ${run.mode}), which is not finished`,
    why,
    todo: 'start what it was started with to go on with it, or --restart to leave it and begin another',
    exit: EXIT.CONFLICT,
  });
}

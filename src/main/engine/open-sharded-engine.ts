import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '../../adapters/files/atomic-file.js';
import { openLocalEventLog } from '../../adapters/files/local-event-log.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { postgresAuditStore } from '../../adapters/postgres/audit-store.js';
import { postgresShardStore } from '../../adapters/postgres/shard-store.js';
import { forgetRun } from '../../adapters/redis/forget-run.js';
import { redisBoard, redisSharedRuns } from '../../adapters/redis/redis-board.js';
import { shareControl } from '../../adapters/redis/redis-control.js';
import { openRedisEventLog } from '../../adapters/redis/redis-event-log.js';
import { redisFactStreams } from '../../adapters/redis/redis-fact-streams.js';
import { redisLeases } from '../../adapters/redis/redis-leases.js';
import {
  openRedisLink,
  REDIS_LIMITS,
  untilAnswered,
  type RedisLink,
} from '../../adapters/redis/redis-link.js';
import { redisStackReader } from '../../adapters/redis/redis-stack-reader.js';
import { redisShardLog } from '../../adapters/redis/redis-shard-log.js';
import { redisShardLooks } from '../../adapters/redis/redis-shard-looks.js';
import { redisKeys, redisTopics } from '../../adapters/redis/redis-topics-keys.js';
import { feederLease, pipelineLease, writerLease } from '../../adapters/redis/shard-keys.js';
import type { EngineOrder } from '../../commands/services.js';
import { effectiveRecord } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { runIdOf } from '../../engine/domain/ids.js';
import { STREAM_LIST, TOPICS } from '../../engine/domain/wire/streams.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { LiveSettings } from '../../engine/live-run.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import {
  ROLES,
  type Role,
  type SharedRun,
  type SharedRuns,
} from '../../engine/ports/engine-board.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { Feed } from '../../engine/ports/feed.js';
import type { Keys } from '../../engine/ports/topics-keys.js';
import type { ShardLog } from '../../engine/ports/shard-log.js';
import { shardRunId } from '../../engine/shards/shard-of.js';
import { ShardedRun } from '../../engine/shards/sharded-run.js';
import { shardedStatus } from '../../engine/shards/sharded-status.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import type { StackServer } from '../../engine/ports/stack-reader.js';
import { serverWarnings } from '../../view/stack-effects.js';
import type { SecretUrl } from '../../config/secrets.js';
import { originText } from '../../config/setting.js';
import { redisUnreachable } from '../redis-errors.js';
import type { EngineDatabase } from './database.js';
import type { Preflight } from './preflight.js';

const REDIS_WAIT_MS = 5_000;
/** XAUTOCLAIM, entries-added, scripts that write: all of it came with 7. */
const VERSION_MIN = 7;
const RUN_POLL_MS = 500;
/** A read that waits for inputs comes back after this. */
const WAIT_MS = 200;

/** A run that was begun so lately was begun by this start. */
const JUST_BEGUN_MS = 2_000;

export interface ShardedPlace {
  readonly state: StateDirectory;
  readonly url: SecretUrl;
  readonly database: EngineDatabase;
  readonly settings: LiveSettings;
  /** Null where the roles need no feed. */
  readonly feed: Feed | null;
  /** What this host's register says. */
  readonly control: () => ControlRecord;
  /** What other terminals ask this process for. */
  readonly keys: Pick<Keys, 'set'>;
}

/** The roles of this process; all of them when none is named. */
export function rolesOf({ config }: Pick<EngineOrder, 'config'>): readonly Role[] {
  const { roles } = config.run;
  const unknown = roles.filter((role) => !ROLES.some((known) => known === role));
  if (unknown.length > 0) {
    throw new OperatorError({
      code: 'CDB-E0101',
      what: `Cannot take the role "${unknown.join('", "')}"`,
      why: `the roles of a process are ${ROLES.join(', ')}`,
      todo: `give --roles ${ROLES.join(',')}, or some of them`,
      exit: EXIT.CONFIG,
    });
  }
  return roles.length === 0 ? ROLES : ROLES.filter((role) => roles.includes(role));
}

/** A database in the state directory is nobody else's: whoever shares a run must share one outside. */
export function refuseOwnDatabase(order: EngineOrder): void {
  const isAlone = rolesOf(order).length === ROLES.length;
  if (isAlone || order.config.databaseUrl !== undefined) return;
  throw new OperatorError({
    code: 'CDB-E0812',
    what: `Cannot take only the roles ${rolesOf(order).join(', ')} with an embedded database`,
    why: 'the other roles run in other processes, which cannot reach the database of this one',
    todo: 'set CDB_DATABASE_URL to a PostgreSQL that all of them reach, or leave --roles out',
    exit: EXIT.CONFIG,
  });
}

/** @returns the run alone when it is finished and nothing is left to do */
export async function openShardedRun(
  order: EngineOrder,
  place: ShardedPlace,
  { preflight, clock }: { readonly preflight: Preflight; readonly clock: Clock },
): Promise<{ readonly live: EngineRun; readonly wire: EventLog } | SharedRun> {
  const { config, onNotice, onCommitted } = order;
  const { state, settings, database, feed } = place;
  const links: RedisLink[] = [];
  preflight.closeLater(() => {
    for (const link of links) link.close();
  });
  const open = (what: string, limits = REDIS_LIMITS) => {
    const link = openRedisLink(place.url.url, `cdb ${what}`, limits);
    links.push(link);
    return link;
  };
  const patient = { ...REDIS_LIMITS, commandTimeoutMs: REDIS_LIMITS.commandTimeoutMs + WAIT_MS };
  const control = open('control');
  const server = await preflight.step(
    'redis',
    () => lookAtRedis(control, place.url, clock),
    (seen) => redisWords(place.url.url, seen, config.redis.waitReplicas),
  );
  for (const warning of serverWarnings(server, clock.nowMs())) onNotice(`Redis: ${warning}`);
  await warnOfListeners(control, settings.mode, onNotice);
  const runs = redisSharedRuns(control);
  const roles = rolesOf(order);
  const run = await preflight.step(
    'run',
    () => joinRun(order, { link: control, runs, clock, feed, settings }),
    (joined) => `${joined.runGroup}, ${joined.shards} shards; here ${roles.join(', ')}`,
  );
  if (run.finished) return run;
  const engineId = `${hostname()}:${process.pid}`;
  const { runGroup } = run;
  const shared = shareControl({ link: control, ears: open('control listener') }, clock, {
    runGroup,
    place: hostPlace(state),
    own: place.control,
  });
  preflight.closeLater(() => shared.close());
  // Without it the run begins halted, and goes on once the others are heard.
  const waited = new AbortController();
  await Promise.race([shared.heard, clock.sleep(REDIS_WAIT_MS, waited.signal)]);
  waited.abort();
  const effective = (): ControlRecord => {
    const own = {
      place: 'this host',
      reading: { state: 'present', record: place.control() },
    } as const;
    return effectiveRecord([own, ...shared.others()], { stateDirEmpty: false }).record;
  };
  const store = postgresShardStore(database.pool);
  const audit = postgresAuditStore(database.pool);
  const journal = openIngestJournal(state, order, preflight, clock);
  const sharded = new ShardedRun(
    {
      leases: redisLeases(control, config.redis.leaseMs),
      feederLease: feederLease(runGroup),
      board: redisBoard(control, runGroup),
      runs,
      lookAtShards: redisShardLooks(control, { runGroup, shards: run.shards }),
      openShard: async (shard, runId) => {
        const data = open(`shard ${shard}`);
        const waiting = open(`shard ${shard} reader`, patient);
        const { inputsMax, waitReplicas } = config.redis;
        await Promise.all([data, waiting].map((link) => connected(link, clock)));
        return {
          log: redisShardLog({ data, waiting }, { runGroup, shard, inputsMax, waitReplicas }),
          streams: redisFactStreams(data, runId),
          leases: {
            pipeline: pipelineLease(runGroup, shard),
            writer: writerLease(runGroup, shard),
          },
        };
      },
      audit,
      store,
      topics: redisTopics(open('topics')),
      keys: bothKeys(redisKeys(open('keys')), place.keys),
      clock,
      hash: nodeHash,
      control: effective,
      feed:
        feed === null || !roles.includes('ingest')
          ? null
          : { feed, journal, source: feedSource(feed, state) },
      onCommitted,
      onNotice,
      isOutage: (error) => error instanceof DependencyError,
    },
    {
      engineId,
      host: hostname(),
      pid: process.pid,
      roles,
      run,
      mode: settings.mode,
      thresholds: settings.thresholds,
      codeVersion: settings.codeVersion,
      configHash: settings.configHash,
      syncJournal: settings.syncJournal,
      journalBytesMax: config.journal.segmentBytesMax * config.journal.retentionSegmentsMax,
      pipeline: {
        batchInputsMax: settings.batchInputsMax,
        waitMs: WAIT_MS,
        unwrittenMax: config.redis.inputsMax,
        snapshotEveryInputs: settings.snapshotEveryInputs,
        snapshotEveryMs: settings.snapshotEveryMs,
      },
      writer: {
        factsPerCommitMax: settings.committer.factsPerCommitMax,
        batchesPerRead: 64,
        waitMs: WAIT_MS,
        idleMs: 1_000,
        idleInputsMax: 5_000,
      },
    },
  );
  const startedAtMs = clock.nowMs();
  let phase: EngineStatus['phase'] = 'starting';
  const wire = openRedisEventLog(open('wire'), { keyPrefix: '', names: STREAM_NAMES });
  const live: EngineRun = {
    runId: runGroup,
    continued: run.startedAtMs < startedAtMs - JUST_BEGUN_MS,
    get phase() {
      return phase;
    },
    get turns() {
      return sharded.turns;
    },
    start: async (onRecovered, onDraining) => {
      phase = 'running';
      onRecovered({ fromSnapshotSeq: 0, inputsFolded: 0, snapshotsDamaged: 0 });
      const reason = await sharded.run((ending) => {
        phase = 'draining';
        onDraining?.(ending);
      });
      phase = reason;
      return reason;
    },
    stop: () => {
      sharded.stop();
    },
    knock: () => {
      shared.knock();
    },
    // The gate reads the register for every order; what counts is that the other hosts' gates can.
    obeys: (epoch) => shared.toldEpoch() >= epoch || control.trouble() !== null,
    status: () =>
      shardedStatus({
        run,
        phase,
        ...sharded.shown(),
        figures: sharded.figures,
        shared: sharded.sharing(),
        feed,
        journalWaiting: sharded.ingest?.waiting ?? null,
        codeVersion: settings.codeVersion,
        control: effective(),
        database: database.status(),
        startedAtMs,
        nowMs: clock.nowMs(),
        pid: process.pid,
        rssBytes: process.memoryUsage.rss(),
        hash: nodeHash,
      }),
  };
  return { live, wire };
}

const STREAM_NAMES = STREAM_LIST.map(({ name }) => name);

/** A connection that is not there yet is no fault of the shard; whoever uses it says so later. */
async function connected(link: RedisLink, clock: Clock): Promise<void> {
  await untilAnswered(link, clock, REDIS_WAIT_MS).catch(() => undefined);
}

function bothKeys(there: Pick<Keys, 'set'>, here: Pick<Keys, 'set'>): Pick<Keys, 'set'> {
  return {
    set: async (key, value, ttlMs) => {
      await here.set(key, value, ttlMs);
      await there.set(key, value, ttlMs);
    },
  };
}

/** @throws OperatorError when it does not answer, is too old, or is no primary */
async function lookAtRedis(
  link: RedisLink,
  { origin }: SecretUrl,
  clock: Clock,
): Promise<StackServer> {
  const where = originText(origin);
  try {
    await untilAnswered(link, clock, REDIS_WAIT_MS);
    const server = await redisStackReader(link).server();
    const why = unfitFor(server);
    if (why === null) return server;
    throw new OperatorError({
      code: 'CDB-E0813',
      what: `Cannot run on the Redis of ${where}`,
      why,
      todo: 'name a primary of version 7 or newer',
      exit: EXIT.CONFLICT,
    });
  } catch (fault) {
    const otherwise = `take ${where} away: streams stay in the state directory then`;
    throw fault instanceof DependencyError ? redisUnreachable(where, otherwise, fault) : fault;
  }
}

/** Whoever listens may take an order of a simulated venue for one to be executed. */
async function warnOfListeners(
  link: RedisLink,
  mode: string,
  onNotice: (text: string) => void,
): Promise<void> {
  const [orders] = await redisStackReader(link).listeners([TOPICS.orders]);
  const listeners = orders?.subscribers ?? 0;
  if (listeners === 0) return;
  onNotice(
    `${listeners} listen to the topic "${TOPICS.orders}" of this Redis and will get the orders of this ` +
      `${mode} run; make sure that none of them executes`,
  );
}

function unfitFor({ version, role }: StackServer): string | null {
  const major = Number.parseInt(version ?? '', 10);
  if (major < VERSION_MIN)
    return `required version ${VERSION_MIN} or newer, found ${version ?? '?'}`;
  return role !== null && role !== 'master' ? `it is a ${role}, and takes no writes` : null;
}

/** Without the password. */
function redisWords(url: string, server: StackServer, waitReplicas: number): string {
  const { host, pathname } = new URL(url);
  const aof = server.isAppendOnly === null ? 'unknown' : server.isAppendOnly ? 'on' : 'OFF';
  const policy = server.maxmemoryPolicy ?? 'unknown';
  const replicas = waitReplicas === 0 ? '' : `, commits wait for ${waitReplicas} replicas`;
  return `${server.version ?? '?'} at ${host}${pathname}, append-only file ${aof}, ${policy}${replicas}`;
}

interface Joining {
  readonly link: RedisLink;
  readonly runs: SharedRuns;
  readonly clock: Clock;
  readonly feed: Feed | null;
  readonly settings: LiveSettings;
}

/** Whoever feeds begins the run; the others wait for one. */
async function joinRun(order: EngineOrder, joining: Joining): Promise<SharedRun> {
  const { runs, clock, feed, settings } = joining;
  if (feed !== null && rolesOf(order).includes('ingest')) {
    return beginRun(order, { ...joining, feed });
  }
  for (let told = false; ; told = true) {
    order.signal.throwIfAborted();
    const run = await runs.current();
    if (run !== null && !run.finished) {
      if (run.mode === settings.mode) return run;
      throw otherRun(run, `it runs in mode ${run.mode}, this process in ${settings.mode}`);
    }
    if (!told)
      order.onNotice('no run has begun on this Redis; waiting for a process that feeds one');
    await clock.sleep(RUN_POLL_MS, order.signal);
  }
}

async function beginRun(
  { config, restart }: EngineOrder,
  { link, runs, clock, feed, settings }: Joining & { readonly feed: Feed },
): Promise<SharedRun> {
  const { mode, seed, configHash } = settings;
  const { shards } = config.redis;
  const tuple = [feed.identity, mode, String(seed), feed.finite ? configHash : ''];
  const identity = [...tuple, `${shards} shards`].join('|');
  const current = await runs.current();
  if (current?.identity === identity && !restart) return current;
  if (current !== null && !current.finished) {
    if (!restart) throw otherRun(current, 'it is of another feed, mode, seed or number of shards');
    await refuseUnfinished(link, current);
  }
  const startedAtMs = clock.nowMs();
  const runGroup = runIdOf(nodeHash, identity, startedAtMs);
  const run: SharedRun = {
    ...{ runGroup, identity, mode, feed: feed.description, seed, shards, startedAtMs },
    finished: false,
  };
  const begun = await runs.begin(run, current?.runGroup ?? null);
  if (begun.identity !== identity) throw otherRun(begun, 'another process has just begun it');
  if (current !== null) {
    await forgetRun(link, current, (shard) => shardRunId(nodeHash, current, shard));
  }
  return begun;
}

/** A run that others work on, or whose decisions are not all on record, is not left behind. */
async function refuseUnfinished(link: RedisLink, run: SharedRun): Promise<void> {
  const engines = await redisBoard(link, run.runGroup).list();
  if (engines.length > 0) {
    const names = engines.map(({ engineId }) => engineId).join(', ');
    throw otherRun(run, `${names} still works on it; stop it first`);
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

function openIngestJournal(
  state: StateDirectory,
  { config }: EngineOrder,
  preflight: Preflight,
  clock: Clock,
) {
  const { segmentBytesMax } = config.journal;
  const journal = openLocalEventLog(join(state.journal, 'ingest'), { clock, segmentBytesMax });
  preflight.closeLater(() => journal.close());
  return journal;
}

/**
 * A recorded feed says the same wherever it is read. What a live feed said is in one journal only,
 * whose name is kept beside it.
 */
function feedSource(feed: Feed, state: StateDirectory): string {
  return feed.finite ? `feed:${nodeHash.sha256Hex(feed.identity).slice(0, 16)}` : hostPlace(state);
}

/** Names the state directory to other hosts: random, made once, kept in it. */
function hostPlace(state: StateDirectory): string {
  const path = join(state.journal, 'place');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (fault) {
    if (errnoOf(fault) !== 'ENOENT') throw fault;
    const place = `place:${randomUUID()}`;
    writeFileAtomic(path, `${place}\n`);
    return place;
  }
}

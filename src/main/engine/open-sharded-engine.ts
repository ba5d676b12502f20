import { STOP_PROMISE_MS } from '../../engine/control/stop-outcome.js';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openLocalEventLog } from '../../adapters/files/local-event-log.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { postgresAuditStore } from '../../adapters/postgres/audit-store.js';
import { postgresShardStore } from '../../adapters/postgres/shard-store.js';
import { redisBoard, redisSharedRuns } from '../../adapters/redis/redis-board.js';
import { openRedisEventLog } from '../../adapters/redis/redis-event-log.js';
import { redisFactStreams } from '../../adapters/redis/redis-fact-streams.js';
import type { SharedControl } from '../../adapters/redis/redis-control.js';
import { redisLeases } from '../../adapters/redis/redis-leases.js';
import {
  openRedisLink,
  REDIS_LIMITS,
  untilAnswered,
  type RedisLink,
} from '../../adapters/redis/redis-link.js';
import { redisShardLog } from '../../adapters/redis/redis-shard-log.js';
import { redisShardLooks } from '../../adapters/redis/redis-shard-looks.js';
import { redisKeys, redisTopics } from '../../adapters/redis/redis-topics-keys.js';
import { feederLease, pipelineLease, writerLease } from '../../adapters/redis/shard-keys.js';
import { ownCpuMs } from '../../adapters/process-usage.js';
import type { EngineOrder } from '../../commands/services.js';
import type { SecretUrl } from '../../config/secrets.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import { STREAM_LIST } from '../../engine/domain/wire/streams.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { LiveSettings } from '../../engine/live-run.js';
import type { Clock } from '../../engine/ports/clock.js';
import { engineIdOf, type SharedRun } from '../../engine/ports/engine-board.js';
import type { EngineStatus } from '../../engine/ports/engine-status.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import type { Feed } from '../../engine/ports/feed.js';
import type { Keys } from '../../engine/ports/topics-keys.js';
import { forgetInputs } from '../../engine/shards/feed-role.js';
import {
  ShardedRun,
  type ShardedDeps,
  type ShardedSettings,
} from '../../engine/shards/sharded-run.js';
import { shardedStatus } from '../../engine/shards/sharded-status.js';
import { DependencyError } from '../../operator-error.js';
import { serverWarnings } from '../../view/redis-warnings.js';
import type { EngineDatabase } from './database.js';
import { configuredChainHash } from '../audit-key.js';
import { hostPlace } from './host-place.js';
import { joinRun, type Joined } from './join-run.js';
import type { Preflight } from './preflight.js';
import { rolesOf } from './process-roles.js';
import { lookAtRedis, REDIS_WAIT_MS, redisWords, warnOfListeners } from './redis-preflight.js';
import type { EngineRegister } from './control-register.js';
import { openHostsControl, type Trouble } from './shared-control.js';

const ENGINE_ID = engineIdOf(hostname(), process.pid, randomBytes(2).toString('hex'));
/** A read that waits for inputs comes back after this. */
const WAIT_MS = 200;

export interface ShardedPlace {
  readonly state: StateDirectory;
  readonly url: SecretUrl;
  readonly database: EngineDatabase;
  readonly settings: LiveSettings;
  /** Null where the roles need no feed. */
  readonly feed: Feed | null;
  readonly register: EngineRegister;
  /** What the register says, with all places that are listened to; and this host's latch alone. */
  readonly control: () => ControlRecord;
  readonly own: () => ControlRecord;
  /** What other terminals ask this process for. */
  readonly keys: Pick<Keys, 'set'>;
}

interface Shell {
  readonly preflight: Preflight;
  readonly clock: Clock;
}

/** A connection of its own for each that blocks, or must not wait for another. */
type OpenLink = (what: string, limits?: typeof REDIS_LIMITS) => RedisLink;

interface OpenedShards {
  readonly live: EngineRun;
  readonly wire: EventLog;
  /** Of the registers of the other hosts. */
  readonly trouble: Trouble;
}

/** @returns the run alone when it is finished and nothing is left to do */
export async function openShardedRun(
  order: EngineOrder,
  place: ShardedPlace,
  shell: Shell,
): Promise<OpenedShards | SharedRun> {
  const { clock, preflight } = shell;
  const open = openLinks(place.url.url, preflight);
  const control = open('control');
  const server = await preflight.step(
    'redis',
    () => lookAtRedis(control, place.url, clock),
    (seen) => redisWords(place.url.url, seen, order.config.redis.waitReplicas),
  );
  for (const warning of serverWarnings(server, clock.nowMs())) order.onNotice(`Redis: ${warning}`);
  await warnOfListeners(control, place.settings.mode, order.onNotice);
  const { feed, settings, state } = place;
  const runs = redisSharedRuns(control);
  const store = postgresShardStore(place.database.pool);
  const joined = await preflight.step(
    'run',
    () => joinRun(order, { link: control, runs, store, clock, feed, settings }),
    ({ run }) => `${run.runGroup}, shards: ${run.shards}; here ${rolesOf(order).join(', ')}`,
  );
  if (joined.run.finished) return joined.run;
  const hosts = await openHostsControl(
    { link: control, ears: open('control listener') },
    { state, engineId: ENGINE_ID, register: place.register, own: place.own },
    shell,
  );
  const parts = feedParts(order, place, shell);
  if (joined.replaced !== undefined && parts !== null) {
    await forgetInputs(parts.journal, joined.replaced);
  }
  const sharded = new ShardedRun(
    shardedDeps(order, place, { ...shell, control, open, run: joined.run, hosts, feed: parts }),
    shardedSettings(order, place, joined.run),
  );
  const live = engineRun(sharded, joined, { place, control, hosts, clock });
  const wire = openRedisEventLog(open('wire'), { keyPrefix: '', names: STREAM_NAMES });
  return { live, wire, trouble: () => control.trouble() };
}

const STREAM_NAMES = STREAM_LIST.map(({ name }) => name);

function openLinks(url: string, preflight: Preflight): OpenLink {
  const links: RedisLink[] = [];
  preflight.closeLater(() => {
    for (const link of links) link.close();
  });
  return (what, limits = REDIS_LIMITS) => {
    const link = openRedisLink(url, `cdb ${what}`, limits);
    links.push(link);
    return link;
  };
}

interface Connected extends Shell {
  readonly control: RedisLink;
  readonly open: OpenLink;
  readonly run: SharedRun;
  readonly hosts: SharedControl;
  readonly feed: ShardedDeps['feed'];
}

function shardedDeps(order: EngineOrder, place: ShardedPlace, connected: Connected): ShardedDeps {
  const { control, open, run, clock } = connected;
  const { runGroup, shards } = run;
  const { database } = place;
  return {
    leases: redisLeases(control, order.config.redis.leaseMs),
    feederLease: feederLease(runGroup),
    board: redisBoard(control, runGroup),
    runs: redisSharedRuns(control),
    lookAtShards: redisShardLooks(control, { runGroup, shards }),
    openShard: shardPlaces(order, connected),
    audit: postgresAuditStore(database.pool, configuredChainHash(order.config)),
    store: postgresShardStore(database.pool),
    topics: redisTopics(open('topics')),
    keys: bothKeys(redisKeys(open('keys')), place.keys),
    clock,
    hash: nodeHash,
    control: place.control,
    gateControl: gateControl(place, connected.hosts),
    feed: connected.feed,
    onCommitted: order.onCommitted,
    onNotice: order.onNotice,
    isOutage: (error) => error instanceof DependencyError,
  };
}

function shardPlaces(
  { config }: EngineOrder,
  { open, run: { runGroup }, clock }: Connected,
): ShardedDeps['openShard'] {
  const { inputsMax, waitReplicas } = config.redis;
  const patient = { ...REDIS_LIMITS, commandTimeoutMs: REDIS_LIMITS.commandTimeoutMs + WAIT_MS };
  return async (shard, runId) => {
    const data = open(`shard ${shard}`);
    const waiting = open(`shard ${shard} reader`, patient);
    await Promise.all([data, waiting].map((link) => connected(link, clock)));
    return {
      log: redisShardLog({ data, waiting }, { runGroup, shard, inputsMax, waitReplicas }),
      streams: redisFactStreams(data, runId),
      leases: { pipeline: pipelineLease(runGroup, shard), writer: writerLease(runGroup, shard) },
    };
  };
}

/** What other hosts said last is no permission once it is old: a halt of theirs may be under way. */
function gateControl({ control }: ShardedPlace, hosts: SharedControl): () => ControlRecord {
  return () => {
    const ageMs = hosts.ageMs();
    if (ageMs <= STOP_PROMISE_MS) return control();
    throw new DependencyError(
      `Cannot let orders leave: the other hosts' kill switches were last heard ${Math.round(ageMs / 1_000)} s ago`,
      { dependency: 'redis', retryable: true },
    );
  };
}

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

/** Null for a process that does not feed. */
function feedParts(
  order: EngineOrder,
  { feed, state }: ShardedPlace,
  { preflight, clock }: Shell,
): ShardedDeps['feed'] {
  if (feed === null || !rolesOf(order).includes('ingest')) return null;
  const { segmentBytesMax } = order.config.journal;
  const journal = openLocalEventLog(join(state.journal, 'ingest'), { clock, segmentBytesMax });
  preflight.closeLater(() => journal.close());
  return { feed, journal, source: feedSource(feed, state) };
}

/**
 * A recorded feed says the same wherever it is read. What a live feed said is in one journal only,
 * whose name is kept beside it.
 */
function feedSource(feed: Feed, state: StateDirectory): string {
  return feed.finite ? `feed:${nodeHash.sha256Hex(feed.identity).slice(0, 16)}` : hostPlace(state);
}

function shardedSettings(
  order: EngineOrder,
  { settings }: ShardedPlace,
  run: SharedRun,
): ShardedSettings {
  const { redis, journal } = order.config;
  const { thresholds, codeVersion, configHash, syncJournal, batchInputsMax } = settings;
  const { snapshotEveryInputs, snapshotEveryMs, committer } = settings;
  return {
    engineId: ENGINE_ID,
    host: hostname(),
    pid: process.pid,
    roles: rolesOf(order),
    ...{ run, thresholds, codeVersion, configHash, syncJournal },
    journalBytesMax: journal.segmentBytesMax * journal.retentionSegmentsMax,
    pipeline: {
      ...{ batchInputsMax, snapshotEveryInputs, snapshotEveryMs },
      waitMs: WAIT_MS,
      unwrittenMax: redis.inputsMax,
    },
    writer: {
      factsPerCommitMax: committer.factsPerCommitMax,
      batchesPerRead: 64,
      waitMs: WAIT_MS,
      idleMs: 1_000,
      idleInputsMax: 5_000,
    },
  };
}

function engineRun(
  sharded: ShardedRun,
  { run, isNew }: Joined,
  parts: {
    readonly place: ShardedPlace;
    readonly control: RedisLink;
    readonly hosts: SharedControl;
    readonly clock: Clock;
  },
): EngineRun {
  const { place, control, hosts, clock } = parts;
  const startedAtMs = clock.nowMs();
  let phase: EngineStatus['phase'] = 'starting';
  return {
    runId: run.runGroup,
    continued: !isNew,
    get phase() {
      return phase;
    },
    get turns() {
      return sharded.turns;
    },
    start: async (onRecovered, onDraining) => {
      phase = 'running';
      onRecovered(null);
      phase = await sharded.run((ending) => {
        phase = 'draining';
        onDraining?.(ending);
      });
      return phase;
    },
    stop: () => {
      sharded.stop();
    },
    knock: () => {
      hosts.knock();
    },
    // The gate reads the register for every order; what counts is that the other hosts' gates can.
    obeys: (epoch) =>
      hosts.toldEpoch() >= Math.min(epoch, place.own().epoch) || control.trouble() !== null,
    // Shards are in shadow under a canary: there is none to trip.
    tripCanary: () => undefined,
    status: () =>
      shardedStatus({
        run,
        phase,
        ...sharded.shown(),
        figures: sharded.figures,
        shared: sharded.sharing(),
        feed: place.feed,
        journalWaiting: sharded.journalWaiting,
        codeVersion: place.settings.codeVersion,
        control: place.control(),
        database: place.database.status(),
        startedAtMs,
        nowMs: clock.nowMs(),
        pid: process.pid,
        rssBytes: process.memoryUsage.rss(),
        cpuMs: ownCpuMs(),
        hash: nodeHash,
      }),
  };
}

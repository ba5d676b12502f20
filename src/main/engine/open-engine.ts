import { openControlSocket } from '../../adapters/control-socket/server.js';
import { acquireEngineLock, type EngineLock } from '../../adapters/files/engine-lock.js';
import { openLocalEventLog } from '../../adapters/files/local-event-log.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { openRunRegistry } from '../../adapters/files/run-registry.js';
import { removeOldRuns } from '../../adapters/files/run-retention.js';
import { openSnapshotFiles } from '../../adapters/files/snapshot-files.js';
import { socketPath } from '../../adapters/files/socket-path.js';
import {
  prepareStateDirectory,
  stateDirectory,
  type StateDirectory,
} from '../../adapters/files/state-directory.js';
import { localKeys } from '../../adapters/local-keys.js';
import { localTopics } from '../../adapters/local-topics.js';
import { listenForScrapes, type MetricsListener } from '../../adapters/metrics/listener.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { postgresAuditReader } from '../../adapters/postgres/audit-reader.js';
import { postgresAuditStore } from '../../adapters/postgres/audit-store.js';
import { systemClock } from '../../adapters/system-clock.js';
import { BUILD } from '../../commands/build-info.js';
import { REDIS_FEED } from '../../config/live-venues.js';
import { modeUnder } from '../../config/mode-flags.js';
import type { SecretUrl } from '../../config/secrets.js';
import type { EngineOrder, FinishedRun, OpenedEngine } from '../../commands/services.js';
import { canonicalFact } from '../../engine/domain/canonical-fact.js';
import type { EngineRun } from '../../engine/engine-run.js';
import type { LiveDeps, LiveSettings } from '../../engine/live-run.js';
import { drainRun, knownRun, openLiveRun, undrainedRuns } from '../../engine/open-run.js';
import { unwatchedTriggers } from '../../engine/control/canary-monitoring.js';
import { askedBy, PAPER_VENUE } from '../../engine/control/effective-mode.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Output } from '../../engine/domain/events.js';
import type { AuditReader } from '../../engine/ports/audit-reader.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { EventLog } from '../../engine/ports/event-log.js';
import type { Feed } from '../../engine/ports/feed.js';
import type { Keys } from '../../engine/ports/topics-keys.js';
import type { ControlHandlers } from '../../adapters/control-socket/routes.js';
import { journalStream } from '../../engine/journal.js';
import type { RegisteredRun } from '../../engine/ports/run-registry.js';
import { RecoveryRefused } from '../../engine/recovery.js';
import { loadMigrations } from '../../schema/migration-files.js';
import { progressOf } from '../../view/progress.js';
import { viewSource } from '../../view/view-source.js';
import { startBeating } from './beating.js';
import { anchoringOf } from './anchors.js';
import { configuredChainHash } from '../audit-key.js';
import { canaryGuard } from './canary-guard.js';
import { exitRecord } from './exit-record.js';
import { openEngineRegister, type EngineRegister } from './control-register.js';
import { openEngineDatabase, type EngineDatabase } from './database.js';
import { intentHandler } from './intents.js';
import { capMode } from './mode-cap.js';
import { recordMigration } from './record-migration.js';
import { openFeed } from './open-feed.js';
import { openTriggers } from './open-triggers.js';
import { inputsDirectory, streamsDirectory } from './places.js';
import { keepLeftByCanary } from './left-by-canary.js';
import { loggedIntents, logStart, openRunLog, type RunLog } from './run-log.js';
import { startSupervised } from './start-supervised.js';
import { openShardedRun } from './open-sharded-engine.js';
import { listenToDatabase, listenToRedis } from './shared-control.js';
import { refuseOwnDatabase, refuseRolesAlone, rolesOf } from './process-roles.js';
import { Preflight } from './preflight.js';

const MIGRATION_LOCK_WAIT_MS = 10_000;
/** An input is some 200 bytes in its segment; the retention is counted in segments. */
const INPUT_BYTES = 200;

export async function openEngine(asked: EngineOrder): Promise<OpenedEngine> {
  const log = openRunLog(stateDirectory(asked.config.stateDir).logs, asked);
  const { order } = log;
  const preflight = new Preflight(systemClock(), order);
  try {
    return await openParts(order, preflight, log);
  } catch (error) {
    await closeAll(preflight, log);
    throw error;
  }
}

/** The order is the order of dependence: nothing is written before the lock is ours. */
async function openParts(
  order: EngineOrder,
  preflight: Preflight,
  log: RunLog,
): Promise<OpenedEngine> {
  const { config, mode, onNotice } = order;
  const clock = systemClock();
  const place = await openPlace(order, preflight, clock);
  log.own();
  logStart(log, order);
  const register = await preflight.step(
    'kill switch',
    () => openEngineRegister(place.state, mode, { clock, onNotice }),
    (opened) => killSwitchWords(opened.effective()),
  );
  const held = (record: ControlRecord) => heldControl(place.lock, record);
  const judged = modeUnder(askedBy(register.effective().record), order.flags);
  for (const why of judged.why) onNotice(`mode ${judged.mode} instead of ${mode}: ${why}`);
  const control = () => capMode(held(register.effective().record), order.flags, clock.nowMs());
  const own = () => held(register.own().record);
  // Orders of an earlier run, which are only drained here, are none of the watch.
  const watching = { note: (_: Output): void => undefined };
  const { state } = place;
  const ledger = ledgerFiles(state.ledger);
  const guard = canaryGuard({ register, ledger, clock, onNotice });
  const noteExit = exitRecord({ ledger, clock, onNotice });
  const onCommitted = (fact: Output): void => {
    guard(fact);
    noteExit(fact);
    order.onCommitted(fact);
    watching.note(fact);
  };
  const watched = { ...order, onCommitted };
  const parts = { order: watched, preflight, clock, log, state, register, control, own };
  const keys = localKeys(clock);
  // A stack whose trades are only listened to gets none of our orders.
  const redis = config.feed.source === REDIS_FEED ? undefined : config.redisUrl;
  const opened =
    redis === undefined ? await openAlone(parts, keys) : await openShards(parts, keys, redis);
  if (opened.state === 'finished') {
    log.log('info', 'engine', 'nothing to do: the run of this feed is finished');
    await preflight.close();
    return opened;
  }
  const { live, streams, database } = opened;
  const anchors = anchoringOf(place.state, database.pool, { clock, onNotice });
  preflight.closeLater(() => {
    anchors.leave();
  });
  log.setRunId(live.runId);
  haltOnSignal(register, live, preflight);
  const unwatched = unwatchedTriggers(config.metrics.port !== 0);
  const intent = loggedIntents(
    intentHandler({ live, register, clock, flags: order.flags, unwatched }),
    log,
  );
  const audit = postgresAuditReader(database.pool);
  const { socket } = place;
  const metrics = await openListeners(
    order,
    { live, log: streams, keys, audit, intent, socket },
    preflight,
  );
  const watch = openTriggers(order, place.state, { live, register, clock, socket, metrics });
  watching.note = (fact) => {
    watch.note(fact);
  };
  return {
    state: 'ready',
    engine: {
      runId: live.runId,
      continued: live.continued,
      start: async (onRecovered) => {
        anchors.start();
        const looking = watch.run();
        const beat = { state, holder: place.lock.holder, onNotice: log.order.onNotice };
        const start = (listener: typeof onRecovered) => startSupervised(live, log, listener);
        try {
          const reason = await startBeating(live, beat, { start, onRecovered });
          await anchors.stop();
          return reason;
        } finally {
          watch.stop();
          await looking;
        }
      },
      stop: () => {
        log.log('info', 'engine', 'asked to stop');
        live.stop();
      },
      status: () => live.status(),
      obeys: (epoch, level) => live.obeys(epoch, level),
      close: () => closeAll(preflight, log),
    },
  };
}

/** Where neither the latch can be written nor the socket be reached, a signal still comes through. */
function haltOnSignal(register: EngineRegister, live: EngineRun, preflight: Preflight): void {
  const halt = (): void => {
    register.engage({ reason: 'manual', message: 'signal SIGUSR2' });
    live.knock();
  };
  process.on('SIGUSR2', halt);
  preflight.closeLater(() => {
    process.off('SIGUSR2', halt);
  });
}

interface Parts {
  readonly order: EngineOrder;
  readonly preflight: Preflight;
  readonly clock: Clock;
  readonly log: RunLog;
  readonly state: StateDirectory;
  readonly register: EngineRegister;
  /** What the register says, and what the latch of this host alone says. */
  readonly control: () => ControlRecord;
  readonly own: () => ControlRecord;
}

type Opened =
  | { readonly state: 'finished'; readonly run: FinishedRun }
  | {
      readonly state: 'ready';
      readonly live: EngineRun;
      readonly streams: EventLog;
      readonly database: EngineDatabase;
    };

/** Everything in this process and its state directory. */
async function openAlone(
  { order, preflight, clock, state, register, control }: Parts,
  keys: Keys,
): Promise<Opened> {
  refuseRolesAlone(order);
  const hash = configuredChainHash(order.config);
  const feed = await openOrderedFeed(order, preflight, clock);
  const stores = openStores(order, state, { preflight, clock });
  const settings = liveSettings(order);
  const known = knownRun(stores.registry, feed, settings);
  if (known?.finished === true) return { state: 'finished', run: known };
  const database = await openDatabase(order, preflight, clock);
  await listenToExternal(order, database, register, { preflight, clock });
  const controlTrouble = await listenToStack(order, register, { preflight, clock });
  const { onNotice } = order;
  const deps: LiveDeps = {
    ...stores,
    audit: postgresAuditStore(database.pool, hash),
    clock,
    hash: nodeHash,
    topics: localTopics((topic, fault) => {
      onNotice(`a listener of topic ${topic} failed: ${String(fault)}`);
    }),
    keys,
    control,
    feed,
    onCommitted: order.onCommitted,
    database: () => database.status(),
    rssBytes: () => process.memoryUsage.rss(),
    controlTrouble,
  };
  await drainOthers(deps, { settings, known, onNotice }, preflight);
  // Behind the drain: only now it is known what a run that crashed holds.
  const ledger = ledgerFiles(state.ledger);
  const { registry } = stores;
  keepLeftByCanary({ known, restart: order.restart }, { registry, ledger, clock, onNotice });
  const live = await openLiveRun(deps, settings);
  return { state: 'ready', live, streams: stores.streams, database };
}

/** One of the processes that share a run on Redis; with all roles, the only one that is needed. */
async function openShards(
  { order, preflight, clock, state, register, control, own }: Parts,
  keys: Keys,
  url: SecretUrl,
): Promise<Opened> {
  refuseOwnDatabase(order);
  const feeds = rolesOf(order).includes('ingest');
  const feed = feeds ? await openOrderedFeed(order, preflight, clock) : null;
  const database = await openDatabase(order, preflight, clock);
  await listenToExternal(order, database, register, { preflight, clock });
  const settings = liveSettings(order);
  const place = { state, url, database, settings, feed, register, control, own, keys };
  const opened = await openShardedRun(order, place, { preflight, clock });
  if (!('live' in opened))
    return { state: 'finished', run: { ...opened, runId: opened.runGroup, endedAtMs: null } };
  return { state: 'ready', live: opened.live, streams: opened.wire, database };
}

/** Only an external database is a place that others reach. */
async function listenToExternal(
  { config }: EngineOrder,
  { pool }: EngineDatabase,
  register: EngineRegister,
  shell: { readonly preflight: Preflight; readonly clock: Clock },
): Promise<void> {
  if (config.databaseUrl === undefined) return;
  await shell.preflight.step(
    'control register',
    () => listenToDatabase(pool, register, shell),
    () => `the database too: level ${register.effective().record.level}`,
  );
}

/** Whoever takes trades from a Redis is stopped over it too, and writes nothing there. */
async function listenToStack(
  { config: { redisUrl } }: EngineOrder,
  register: EngineRegister,
  shell: { readonly preflight: Preflight; readonly clock: Clock },
): Promise<() => string | null> {
  if (redisUrl === undefined) return () => null;
  return shell.preflight.step(
    'control register',
    () => listenToRedis(redisUrl.url, register, shell),
    (trouble) =>
      `Redis too${trouble() === null ? '' : `, which says nothing yet`}: level ${register.effective().record.level}`,
  );
}

async function openOrderedFeed(
  order: EngineOrder,
  preflight: Preflight,
  clock: Clock,
): Promise<Feed> {
  const opened = await preflight.step(
    'feed',
    () => openFeed(order, clock),
    ({ words }) => words,
  );
  preflight.closeLater(() => opened.close());
  return opened.feed;
}

/** What fails while closing is told and no more: whatever the engine did is done. */
async function closeAll(preflight: Preflight, log: RunLog): Promise<void> {
  await preflight.close().catch((fault: unknown) => {
    log.order.onNotice(`while closing: ${String(fault)}`);
  });
  log.close();
}

async function openPlace(
  { config, mode, launch }: EngineOrder,
  preflight: Preflight,
  clock: Clock,
) {
  const state = stateDirectory(config.stateDir);
  const socket = socketPath(state, process.env);
  const lock = await preflight.step(
    'state directory',
    () => {
      prepareStateDirectory(state);
      return acquireEngineLock(state.engineLock, { socketPath: socket, mode, launch }, clock);
    },
    () => state.root,
  );
  preflight.closeLater(() => {
    lock.release();
  });
  return { state, socket, lock };
}

/** An engine whose lock was taken away may not be alone any more: it halts. */
function heldControl(lock: EngineLock, record: ControlRecord): ControlRecord {
  if (lock.isHeld()) return record;
  return { ...record, level: 'HALTED', reason: 'system_error', message: 'engine.lock was lost' };
}

/** Streams are shared, so what another run left must be published before this one goes on. */
async function drainOthers(
  deps: LiveDeps,
  start: {
    readonly settings: LiveSettings;
    readonly known: RegisteredRun | null;
    readonly onNotice: (text: string) => void;
  },
  preflight: Preflight,
): Promise<void> {
  for (const run of await undrainedRuns(deps, start.known)) {
    await preflight.step(
      'earlier run',
      async () => {
        try {
          await drainRun(deps, start.settings, run);
          return `run ${run.runId} (${run.mode}) had not ended: drained`;
        } catch (error) {
          if (!(error instanceof RecoveryRefused)) throw error;
          start.onNotice(`run ${run.runId} can't be drained by this build: ${error.message}`);
          return `run ${run.runId} (${run.mode}) stays undrained`;
        }
      },
      (words) => words,
    );
  }
}

function openStores(
  { config }: EngineOrder,
  state: StateDirectory,
  { preflight, clock }: { readonly preflight: Preflight; readonly clock: Clock },
): Pick<LiveDeps, 'inputs' | 'streams' | 'spool' | 'snapshots' | 'registry'> {
  const { segmentBytesMax } = config.journal;
  const inputs = openLocalEventLog(inputsDirectory(state), { clock, segmentBytesMax });
  const streams = openLocalEventLog(streamsDirectory(state), { clock });
  const spool = openLocalEventLog(state.spool, { clock });
  for (const log of [inputs, streams, spool]) preflight.closeLater(() => log.close());
  const registry = openRunRegistry(state.runs);
  const places = { inputs: inputsDirectory(state), snapshots: state.snapshot };
  removeOldRuns(registry.list(), { ...places, streamOf: journalStream });
  return { inputs, streams, spool, snapshots: openSnapshotFiles(state.snapshot), registry };
}

async function openDatabase(
  { config, onNotice }: EngineOrder,
  preflight: Preflight,
  clock: Clock,
): Promise<EngineDatabase> {
  const database = await preflight.step(
    'database',
    () => openEngineDatabase(config, clock, onNotice),
    ({ words }) => words,
  );
  preflight.closeLater(() => database.close());
  const run = {
    files: loadMigrations(),
    clock,
    cdbVersion: BUILD.version,
    waitForLockMs: MIGRATION_LOCK_WAIT_MS,
  };
  await preflight.step(
    'schema',
    async () => {
      const applied = await database.prepareSchema(run);
      recordMigration({ config, run, database, onNotice }, applied);
      return applied;
    },
    (applied) => schemaWords(applied, run.files.length),
  );
  await preflight.step(
    'audit',
    () => database.probe(),
    () => 'every statement of the audit trail prepares',
  );
  return database;
}

interface Served {
  readonly live: EngineRun;
  readonly log: EventLog;
  readonly keys: Keys;
  readonly audit: AuditReader;
  readonly intent: ControlHandlers['intent'];
  readonly socket: string;
}

/** What a second terminal and a scraper connect to. */
async function openListeners(
  { config, onNotice }: EngineOrder,
  { live, socket, ...handlers }: Served,
  preflight: Preflight,
): Promise<MetricsListener | null> {
  const source = viewSource(() => live.status());
  preflight.closeLater(() => {
    source.close();
  });
  const onFault = (fault: unknown): void => {
    onNotice(`control socket or metrics: ${String(fault)}`);
  };
  const control = await preflight.step(
    'control socket',
    () =>
      openControlSocket({
        path: socket,
        handlers: {
          ...handlers,
          view: () => source.view(),
          progress: () => progressOf(live.status()),
        },
        onFault,
      }),
    ({ path }) => path,
  );
  preflight.closeLater(() => control.close());
  const { host, port } = config.metrics;
  const scrapes = await preflight.step(
    'metrics',
    () => listenForScrapes({ host, port, source, onFault }),
    (listener) => (listener === null ? 'off' : `http://${host}:${port}/metrics`),
  );
  if (scrapes !== null) preflight.closeLater(() => scrapes.close());
  return scrapes;
}

function killSwitchWords({ record, faults }: EffectiveControl): string {
  const fault = faults.length === 0 ? '' : `; ${faults.join('; ')}`;
  return `level ${record.level}, epoch ${record.epoch}, ${record.reason}${fault}`;
}

function schemaWords(applied: readonly number[], files: number): string {
  const fresh = applied.length === 0 ? 'nothing pending' : `${applied.length} applied now`;
  return `migrations ${files}/${files}, ${fresh}`;
}

function liveSettings({ config, mode, restart }: EngineOrder): LiveSettings {
  const { journal, audit, thresholdValues, run } = config;
  return {
    mode,
    seed: run.seed,
    thresholds: thresholdValues,
    codeVersion: `${BUILD.version}+${BUILD.engineHash.slice(0, 12)}`,
    configHash: nodeHash.sha256Hex(canonicalFact(thresholdValues)),
    restart,
    pid: process.pid,
    venue: PAPER_VENUE,
    syncJournal: journal.fsync,
    committer: {
      waitingMax: 8,
      factsPerCommitMax: audit.batchRowsMax,
      spoolBytesMax: audit.spoolBytesMax,
      retryMsMin: 100,
      retryMsMax: 2_000,
    },
    batchInputsMax: 512,
    controlPollMs: 100,
    snapshotEveryInputs: 50_000,
    snapshotEveryMs: 30_000,
    journalKeepInputs: Math.floor(
      (journal.segmentBytesMax * journal.retentionSegmentsMax) / INPUT_BYTES,
    ),
  };
}

import { acquireEngineLock, type EngineLock } from '../../adapters/files/engine-lock.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { openRunRegistry } from '../../adapters/files/run-registry.js';
import { socketPath } from '../../adapters/files/socket-path.js';
import { prepareStateDirectory, stateDirectory } from '../../adapters/files/state-directory.js';
import { localKeys } from '../../adapters/local-keys.js';
import { postgresAuditReader } from '../../adapters/postgres/audit-reader.js';
import { systemClock } from '../../adapters/system-clock.js';
import { REDIS_FEED } from '../../config/live-venues.js';
import { modeUnder } from '../../config/mode-flags.js';
import type { SecretUrl } from '../../config/secrets.js';
import type { EngineOrder, OpenedEngine } from '../../commands/services.js';
import type { EngineRun } from '../../engine/engine-run.js';
import { unwatchedTriggers } from '../../engine/control/canary-monitoring.js';
import { askedBy } from '../../engine/control/effective-mode.js';
import type { EffectiveControl } from '../../engine/control/register.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { Output } from '../../engine/domain/events.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Keys } from '../../engine/ports/topics-keys.js';
import { startBeating } from './beating.js';
import { anchoringOf } from './anchors.js';
import { canaryGuard } from './canary-guard.js';
import { openEngineRegister, type EngineRegister } from './control-register.js';
import { FactNotes } from './fact-notes.js';
import { intentHandler } from './intents.js';
import { capMode } from './mode-cap.js';
import { keepLeftByCanary } from './left-by-canary.js';
import { openTriggers } from './open-triggers.js';
import { loggedIntents, logStart, openRunLog, type RunLog } from './run-log.js';
import { startSupervised } from './start-supervised.js';
import { openShardedRun } from './open-sharded-engine.js';
import { refuseOwnDatabase, rolesOf } from './process-roles.js';
import { Preflight } from './preflight.js';
import {
  listenToExternal,
  liveSettings,
  openOrderedFeed,
  type Opened,
  type Parts,
} from './engine-parts.js';
import { openAlone } from './open-alone.js';
import { openDatabase } from './open-database.js';
import { openListeners } from './open-listeners.js';

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
  const guard = canaryGuard({ register, onNotice });
  const notes = new FactNotes({ ledger, clock, onNotice });
  const onCommitted = (fact: Output): void => {
    guard(fact);
    notes.note(fact);
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
  const { lock, socket } = place;
  return runningEngine(parts, opened, { keys, lock, socket, watching });
}

interface Around {
  readonly keys: Keys;
  readonly lock: EngineLock;
  readonly socket: string;
  /** Hears every fact that is committed. */
  readonly watching: { note: (fact: Output) => void };
}

/** What listens, watches and is heard from around an engine that may begin. */
async function runningEngine(
  { order, preflight, clock, log, state, register }: Parts,
  { live, streams, database, troubles }: Extract<Opened, { readonly state: 'ready' }>,
  { keys, lock, socket, watching }: Around,
): Promise<OpenedEngine> {
  const { config, flags, onNotice } = order;
  const anchors = anchoringOf(state, database.pool, { clock, onNotice });
  preflight.closeLater(() => {
    anchors.leave();
  });
  log.setRunId(live.runId);
  haltOnSignal(register, live, preflight);
  const unwatched = unwatchedTriggers(config.metrics.port !== 0);
  const intent = loggedIntents(intentHandler({ live, register, clock, flags, unwatched }), log);
  const audit = postgresAuditReader(database.pool);
  const served = { live, log: streams, keys, audit, intent, socket };
  const metrics = await openListeners(order, served, preflight);
  const watch = openTriggers(order, state, {
    ...{ live, register, clock, socket, metrics, troubles },
  });
  watching.note = (fact) => {
    watch.note(fact);
  };
  const start: OpenedStart = async (onRecovered) => {
    anchors.start();
    const looking = watch.run();
    const beat = { state, holder: lock.holder, onNotice: log.order.onNotice };
    const supervised = (listener: typeof onRecovered) => startSupervised(live, log, listener);
    try {
      const reason = await startBeating(live, beat, { start: supervised, onRecovered });
      await anchors.stop();
      return reason;
    } finally {
      watch.stop();
      await looking;
    }
  };
  const stop = () => {
    log.log('info', 'engine', 'asked to stop');
    live.stop();
  };
  const { runId, continued } = live;
  return {
    state: 'ready',
    engine: {
      ...{ runId, continued, start, stop },
      status: () => live.status(),
      obeys: (epoch, level) => live.obeys(epoch, level),
      close: () => closeAll(preflight, log),
    },
  };
}

type OpenedStart = Extract<OpenedEngine, { readonly state: 'ready' }>['engine']['start'];

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

/** One of the processes that share a run on Redis; with all roles, the only one that is needed. */
async function openShards(
  { order, preflight, clock, state, register, control, own }: Parts,
  keys: Keys,
  url: SecretUrl,
): Promise<Opened> {
  refuseOwnDatabase(order);
  const registry = openRunRegistry(state.runs);
  const { onNotice, restart } = order;
  // Shards have no canary: none of them goes on with what one of this directory has left.
  keepLeftByCanary(
    { known: null, restart },
    { registry, ledger: ledgerFiles(state.ledger), clock, onNotice },
  );
  const feeds = rolesOf(order).includes('ingest');
  const feed = feeds ? await openOrderedFeed(order, preflight, clock) : null;
  const database = await openDatabase(order, preflight, clock);
  const troubles = await listenToExternal(order, database, register, { preflight, clock });
  const settings = liveSettings(order);
  const place = { state, url, database, settings, feed, register, control, own, keys };
  const opened = await openShardedRun(order, place, { preflight, clock });
  if (!('live' in opened))
    return { state: 'finished', run: { ...opened, runId: opened.runGroup, endedAtMs: null } };
  const { live, wire, trouble } = opened;
  const all = [...troubles, { name: 'other hosts', trouble }];
  return { state: 'ready', live, streams: wire, database, troubles: all };
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

function killSwitchWords({ record, faults }: EffectiveControl): string {
  const fault = faults.length === 0 ? '' : `; ${faults.join('; ')}`;
  return `level ${record.level}, epoch ${record.epoch}, ${record.reason}${fault}`;
}

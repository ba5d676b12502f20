import { openLocalEventLog } from '../../adapters/files/local-event-log.js';
import { ledgerFiles } from '../../adapters/files/ledger-files.js';
import { openRunRegistry } from '../../adapters/files/run-registry.js';
import { removeOldRuns } from '../../adapters/files/run-retention.js';
import { openSnapshotFiles } from '../../adapters/files/snapshot-files.js';
import { type StateDirectory } from '../../adapters/files/state-directory.js';
import { localTopics } from '../../adapters/local-topics.js';
import { nodeHash } from '../../adapters/node-hash.js';
import { postgresAuditStore } from '../../adapters/postgres/audit-store.js';
import { ownCpuMs } from '../../adapters/process-usage.js';
import type { EngineOrder } from '../../commands/services.js';
import type { LiveDeps, LiveSettings } from '../../engine/live-run.js';
import { drainRun, knownRun, openLiveRun, undrainedRuns } from '../../engine/open-run.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Keys } from '../../engine/ports/topics-keys.js';
import { journalStream } from '../../engine/journal.js';
import type { RegisteredRun } from '../../engine/ports/run-registry.js';
import { RecoveryRefused } from '../../engine/recovery.js';
import { configuredChainHash } from '../audit-key.js';
import { type EngineRegister } from './control-register.js';
import { inputsDirectory, streamsDirectory } from './places.js';
import { keepLeftByCanary } from './left-by-canary.js';
import { listenToRedis, type NamedTrouble } from './shared-control.js';
import { refuseRolesAlone } from './process-roles.js';
import type { Preflight } from './preflight.js';
import {
  listenToExternal,
  liveSettings,
  openOrderedFeed,
  type Opened,
  type Parts,
} from './engine-parts.js';
import { openDatabase } from './open-database.js';

/** Everything in this process and its state directory. */
export async function openAlone(
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
  const shell = { preflight, clock };
  const troubles = [
    ...(await listenToExternal(order, database, register, shell)),
    ...(await listenToStack(order, register, shell)),
  ];
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
    cpuMs: ownCpuMs,
  };
  await drainOthers(deps, { settings, known, onNotice }, preflight);
  // Behind the drain: only now it is known what a run that crashed holds.
  const ledger = ledgerFiles(state.ledger);
  const { registry } = stores;
  keepLeftByCanary({ known, restart: order.restart }, { registry, ledger, clock, onNotice });
  const live = await openLiveRun(deps, settings);
  return { state: 'ready', live, streams: stores.streams, database, troubles };
}

/** Whoever takes trades from a Redis is stopped over it too, and writes nothing there. */
async function listenToStack(
  { config: { redisUrl } }: EngineOrder,
  register: EngineRegister,
  shell: { readonly preflight: Preflight; readonly clock: Clock },
): Promise<readonly NamedTrouble[]> {
  if (redisUrl === undefined) return [];
  const trouble = await shell.preflight.step(
    'control register',
    () => listenToRedis(redisUrl.url, register, shell),
    (opened) =>
      `Redis too${opened() === null ? '' : `, which says nothing yet`}: level ${register.effective().record.level}`,
  );
  return [{ name: 'other hosts', trouble }];
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

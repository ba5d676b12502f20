import { acquireEngineLock } from '../../src/adapters/files/engine-lock.js';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { openRunRegistry } from '../../src/adapters/files/run-registry.js';
import { openSnapshotFiles } from '../../src/adapters/files/snapshot-files.js';
import { socketPath } from '../../src/adapters/files/socket-path.js';
import { prepareStateDirectory, stateDirectory } from '../../src/adapters/files/state-directory.js';
import { openFileFeed } from '../../src/adapters/files-feed/open-file-feed.js';
import { localKeys } from '../../src/adapters/local-keys.js';
import { localTopics } from '../../src/adapters/local-topics.js';
import { nodeHash } from '../../src/adapters/node-hash.js';
import { postgresAuditStore } from '../../src/adapters/postgres/audit-store.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import type { LiveDeps, LiveSettings } from '../../src/engine/live-run.js';
import { openLiveRun } from '../../src/engine/open-run.js';
import type { AuditStore } from '../../src/engine/ports/audit-store.js';
import type { EventLog } from '../../src/engine/ports/event-log.js';
import { openEngineRegister } from '../../src/main/engine/control-register.js';
import { openEngineDatabase } from '../../src/main/engine/database.js';
import { inputsDirectory, streamsDirectory } from '../../src/main/engine/places.js';
import { DependencyError } from '../../src/operator-error.js';
import { ensureSchema } from '../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../src/schema/migration-files.js';
import type { ChildOrder, Effect, KillPoint, Outage } from './kill-points.js';

/** The engine of `cdb run`, put together from the same parts, that kills itself at one point. */
const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;

class Fuse {
  readonly #point: KillPoint | null;
  readonly #calls = new Map<Effect, number>();

  constructor(point: KillPoint | null) {
    this.#point = point;
  }

  async around<T>(effect: Effect, work: () => T | Promise<T>): Promise<T> {
    const isIt = this.#counts(effect);
    if (isIt && this.#point?.when === 'before') die();
    const result = await work();
    if (isIt) die();
    return result;
  }

  aroundSync(effect: Effect, work: () => void): void {
    const isIt = this.#counts(effect);
    if (isIt && this.#point?.when === 'before') die();
    work();
    if (isIt) die();
  }

  #counts(effect: Effect): boolean {
    const call = (this.#calls.get(effect) ?? 0) + 1;
    this.#calls.set(effect, call);
    return this.#point?.effect === effect && this.#point.call === call;
  }
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function armedLog(log: EventLog, fuse: Fuse, name: 'inputs' | 'streams' | 'spool'): EventLog {
  return {
    append: (...args) => fuse.around(`${name}.append`, () => log.append(...args)),
    sync: (stream) =>
      name === 'inputs' ? fuse.around('inputs.sync', () => log.sync(stream)) : log.sync(stream),
    trimBelow: (...args) =>
      name === 'spool'
        ? fuse.around('spool.trim', () => log.trimBelow(...args))
        : log.trimBelow(...args),
    read: (...args) => log.read(...args),
    tail: (...args) => log.tail(...args),
    info: (stream) => log.info(stream),
    list: () => log.list(),
    close: () => log.close(),
  };
}

function armedAudit(audit: AuditStore, fuse: Fuse, outage: Outage | null): AuditStore {
  let commits = 0;
  return {
    ...audit,
    startRun: (run) => fuse.around('audit.startRun', () => audit.startRun(run)),
    commit: async (batch) => {
      commits += 1;
      const fails =
        outage !== null && commits >= outage.from && commits < outage.from + outage.commits;
      if (!fails) return fuse.around('audit.commit', () => audit.commit(batch));
      if (outage.answerLost) await audit.commit(batch);
      throw new DependencyError('made to fail', { dependency: 'postgresql', retryable: true });
    },
  };
}

async function main(): Promise<void> {
  const clock = systemClock();
  const fuse = new Fuse(order.point);
  const config = loadConfig({
    flags: [],
    env: { CDB_STATE_DIR: order.stateDir, HOME: process.cwd() },
    cwd: process.cwd(),
    configFile: undefined,
  });
  const state = stateDirectory(order.stateDir);
  prepareStateDirectory(state);
  const use = { socketPath: socketPath(state, process.env), mode: 'paper' };
  const lock = await acquireEngineLock(state.engineLock, use, clock);
  const register = openEngineRegister(state, 'paper', { clock, onNotice: () => undefined });
  const feed = await openFileFeed('sample');
  const { segmentBytesMax } = config.journal;
  const inputs = openLocalEventLog(inputsDirectory(state), { clock, segmentBytesMax });
  const streams = openLocalEventLog(streamsDirectory(state), { clock });
  const spool = openLocalEventLog(state.spool, { clock });
  const database = await openEngineDatabase(config, clock, () => undefined);
  const migration = { files: loadMigrations(), clock, cdbVersion: 'chaos', waitForLockMs: 10_000 };
  await database.pool.use('migrate the schema', (session) => ensureSchema(session, migration));
  const snapshots = openSnapshotFiles(state.snapshot);
  const registry = openRunRegistry(state.runs);
  const deps: LiveDeps = {
    inputs: armedLog(inputs, fuse, 'inputs'),
    streams: armedLog(streams, fuse, 'streams'),
    spool: armedLog(spool, fuse, 'spool'),
    audit: armedAudit(postgresAuditStore(database.pool), fuse, order.outage),
    snapshots: {
      ...snapshots,
      save: (snapshot) => fuse.around('snapshots.save', () => snapshots.save(snapshot)),
    },
    registry: {
      ...registry,
      add: (run) => {
        fuse.aroundSync('registry.add', () => {
          registry.add(run);
        });
      },
      update: (runId, change) => {
        fuse.aroundSync('registry.update', () => {
          registry.update(runId, change);
        });
      },
    },
    clock,
    hash: nodeHash,
    topics: localTopics(() => undefined),
    keys: localKeys(clock),
    control: () => register.effective().record,
    feed,
    onCommitted: () => undefined,
    database: () => database.status(),
    rssBytes: () => process.memoryUsage.rss(),
    cpuMs: () => 0,
  };
  const live = await openLiveRun(deps, settings(config));
  const reason = await live.start(() => undefined);
  for (const log of [inputs, streams, spool]) await log.close();
  await database.close();
  lock.release();
  process.stdout.write(`${reason}\n`);
}

function settings(config: ReturnType<typeof loadConfig>): LiveSettings {
  return {
    mode: 'paper',
    seed: order.seed,
    thresholds: config.thresholdValues,
    codeVersion: order.codeVersion,
    configHash: order.configHash,
    restart: false,
    pid: process.pid,
    venue: 'paper',
    syncJournal: true,
    committer: {
      waitingMax: 4,
      factsPerCommitMax: 100,
      spoolBytesMax: config.audit.spoolBytesMax,
      retryMsMin: 20,
      retryMsMax: 100,
    },
    batchInputsMax: order.batchInputsMax,
    controlPollMs: 100,
    snapshotEveryInputs: order.snapshotEveryInputs,
    snapshotEveryMs: 60_000,
    journalKeepInputs: 1_000_000,
  };
}

await main();

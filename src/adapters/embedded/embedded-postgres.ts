import { join } from 'node:path';
import type { Clock } from '../../engine/ports/clock.js';
import { clusterVersion, createCluster, removeUnfinishedClusters } from './create-cluster.js';
import { asPlaceError } from './embedded-errors.js';
import type { HeldLock } from './generation-lock.js';
import { readGenerationLock } from './generation-lock.js';
import { acquirePgLock, holderWordsOf, pgLockDirectory } from './pg-lock.js';
import { choosePlaces, existingPlaces, type PgPlaces, prepareStateDir } from './pg-places.js';
import { findBinaries, type PgBinaries } from './postgres-binaries.js';
import { ServerLog } from './server-log.js';
import { DATABASE, SUPERUSER } from './server-settings.js';
import { ServerSupervisor, type UnexpectedExit } from './server-supervisor.js';
import { chooseServerUser, type ServerUser } from './server-user.js';
import { chooseSocketDir, PG_PORT } from './socket-place.js';

/** What `pg` needs to connect; trust authentication inside a private directory. */
export interface PgConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** Everything an operator may want to know about where the database is. */
export interface EmbeddedWhere {
  /** One line for the screen. */
  readonly words: string;
  readonly dataDir: string;
  readonly socketDir: string;
  readonly binDir: string;
  readonly logFile: string;
  /** Name of the user that the server runs as, null for our own. */
  readonly user: string | null;
  /** Why the data are not in the state directory, null when they are. */
  readonly moved: string | null;
  /** What was done about a server that an earlier engine left behind. */
  readonly leftover: string | null;
  /** True when this start made the database. */
  readonly created: boolean;
}

export interface EmbeddedPostgres {
  readonly connection: PgConnection;
  readonly where: EmbeddedWhere;
  /** Of the programs, e.g. "18.4". */
  readonly serverVersion: string;
  /** Null while no server runs. */
  readonly pid: () => number | null;
  /** Called when the server ends although nobody asked it to. @returns the unsubscriber */
  readonly onExit: (listener: (exit: UnexpectedExit) => void) => () => void;
  /** Recovers what was committed; same connection. Throws OperatorError. */
  readonly restart: () => Promise<void>;
  /** Fast shutdown, bounded; then gives the lock back. Idempotent. */
  readonly stop: () => Promise<void>;
}

export interface EmbeddedOptions {
  readonly stateDir: string;
  /** Directory with `initdb` and `postgres`; then no other is looked for. */
  readonly binariesDir?: string | undefined;
  /** Who asks, for the message that others get, e.g. "cdb run". */
  readonly owner: string;
  /** How long to wait while another process has the database. */
  readonly waitForLockMs: number;
  readonly clock: Clock;
  /** For tests: where the npm programs and the system's are, and where data may move to. */
  readonly overrides?: {
    readonly nativeDir?: string | null;
    readonly systemDirs?: readonly string[];
    readonly replacementRoots?: readonly string[];
  };
}

/**
 * Opens the database of a state directory: makes it if there is none, takes its lock, ends what an
 * earlier engine left behind, and starts a server that ends when this process does.
 * @throws OperatorError for everything that can go wrong
 */
export async function openEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  try {
    return await openPrepared(options, prepareStateDir(options.stateDir));
  } catch (error) {
    throw asPlaceError(options.stateDir, error);
  }
}

async function openPrepared(options: EmbeddedOptions, stateDir: string): Promise<EmbeddedPostgres> {
  const { clock, owner, waitForLockMs } = options;
  const user = chooseServerUser(existingPlaces(stateDir)?.dataDir ?? join(stateDir, 'pg'));
  const places = await choosePlaces(stateDir, user, options.overrides?.replacementRoots);
  const lock = await acquirePgLock({ base: places.base, owner, waitMs: waitForLockMs, clock });
  try {
    return await openLocked(options, { stateDir, places, user, lock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** How to reach the server that another process runs on this state directory; null if none. */
export function findRunningPostgres(
  stateDir: string,
): { readonly connection: PgConnection; readonly holder: string } | null {
  const places = existingPlaces(stateDir);
  const holder = places === null ? null : readGenerationLock(pgLockDirectory(places.base));
  const socketDir = holder?.details['socketDir'];
  if (holder === null || socketDir === undefined) return null;
  return { connection: connectionTo(socketDir), holder: holderWordsOf(holder) };
}

interface Opening {
  readonly stateDir: string;
  readonly places: PgPlaces;
  readonly user: ServerUser | null;
  readonly lock: HeldLock;
}

async function openLocked(options: EmbeddedOptions, opening: Opening): Promise<EmbeddedPostgres> {
  const { stateDir, places, user, lock } = opening;
  const { base, dataDir } = places;
  const madeBy = clusterVersion(dataDir);
  const binaries = await findBinaries({
    ...options.overrides,
    configuredDir: options.binariesDir,
    base,
    dataDir,
    madeBy,
    user,
  });
  const log = new ServerLog(join(stateDir, 'logs', 'postgres.log'));
  if (madeBy === null) await createCluster({ dataDir, binaries, user, log });
  else removeUnfinishedClusters(base);
  const socketDir = await chooseSocketDir(base, user);
  const supervisor = new ServerSupervisor({
    binaries,
    dataDir,
    socketDir,
    user,
    log,
    clock: options.clock,
  });
  const leftover = await supervisor.start();
  lock.update({ socketDir, dataDir, serverPid: String(supervisor.pid) });
  return {
    connection: connectionTo(socketDir),
    where: {
      words: whereWords(binaries, places, user),
      dataDir,
      socketDir,
      binDir: binaries.binDir,
      logFile: log.path,
      user: user?.name ?? null,
      moved: places.moved,
      leftover,
      created: madeBy === null,
    },
    serverVersion: binaries.version,
    pid: () => supervisor.pid,
    onExit: (listener) => supervisor.onExit(listener),
    restart: () => supervisor.restart(),
    stop: async () => {
      await supervisor.stop();
      lock.release();
    },
  };
}

function connectionTo(socketDir: string): PgConnection {
  return { host: socketDir, port: PG_PORT, user: SUPERUSER, database: DATABASE };
}

function whereWords(binaries: PgBinaries, places: PgPlaces, user: ServerUser | null): string {
  const runsAs = user === null ? '' : `, as user ${user.name}`;
  return `embedded PostgreSQL ${binaries.version} in ${places.dataDir}${runsAs} (${binaries.origin})`;
}

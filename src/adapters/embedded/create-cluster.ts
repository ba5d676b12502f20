import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  asPlaceError,
  diskFull,
  faultLines,
  placeUnusable,
  saysDiskFull,
  serverFailed,
} from './embedded-errors.js';
import { makePrivateDir } from './pg-places.js';
import type { PgBinaries } from './postgres-binaries.js';
import type { ServerLog } from './server-log.js';
import { CREATE_DATABASE, SUPERUSER } from './server-settings.js';
import { runAs, type ServerUser } from './server-user.js';

const STEP_TIMEOUT_MS = 120_000;
const UNFINISHED = 'pg.new-';

/** Major version of the server that made the data, or null when there are none yet. */
export function clusterVersion(dataDir: string): string | null {
  try {
    if (!existsSync(dataDir) || readdirSync(dataDir).length === 0) return null;
    const path = join(dataDir, 'PG_VERSION');
    if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw asPlaceError(dataDir, error);
  }
  // Never made by us: ours get their name only when they are complete.
  throw placeUnusable({
    place: dataDir,
    why: 'the directory is not empty and holds no PostgreSQL database (PG_VERSION is missing)',
    todo: `look at what it is and move it away, or choose another state directory`,
  });
}

/**
 * Makes an empty cluster with our database in it. It is built beside its place and renamed when
 * complete and synced, so a death half-way leaves only a directory that the next start removes.
 * The caller holds the lock.
 */
export async function createCluster(parts: ClusterParts): Promise<void> {
  const { dataDir, binaries, user } = parts;
  const base = dirname(dataDir);
  const fresh = join(base, UNFINISHED + randomBytes(6).toString('hex'));
  try {
    removeUnfinishedClusters(base);
    makePrivateDir(fresh, user);
    await runStep(parts, initdbCommand(binaries.binDir, fresh), '');
    await runStep(parts, singleUser(binaries.binDir, fresh), `${CREATE_DATABASE.text}\n`);
    renameSync(fresh, dataDir);
    syncDirectory(base);
  } catch (error) {
    throw asPlaceError(base, error);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

interface ClusterParts {
  readonly dataDir: string;
  readonly binaries: PgBinaries;
  readonly user: ServerUser | null;
  readonly log: ServerLog;
}

export function removeUnfinishedClusters(base: string): void {
  for (const name of readdirSync(base)) {
    if (name.startsWith(UNFINISHED)) rmSync(join(base, name), { recursive: true, force: true });
  }
}

/** C collation sorts by code point everywhere; initdb syncs all that it wrote before it ends. */
function initdbCommand(binDir: string, directory: string): [string, ...string[]] {
  return [
    join(binDir, 'initdb'),
    '--pgdata',
    directory,
    '--username',
    SUPERUSER,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--data-checksums',
  ];
}

/** Without server and socket; it ends with a checkpoint, and with status 1 after an error. */
function singleUser(binDir: string, directory: string): [string, ...string[]] {
  return [
    join(binDir, 'postgres'),
    '--single',
    '-D',
    directory,
    '-c',
    'exit_on_error=on',
    'template1',
  ];
}

async function runStep(
  { dataDir, user, log }: ClusterParts,
  command: [string, ...string[]],
  input: string,
): Promise<void> {
  const { status, output } = await runAs(user, command, { timeoutMs: STEP_TIMEOUT_MS, input });
  if (status === 0) return;
  log.append(Buffer.from(output));
  if (saysDiskFull(output)) throw diskFull(dirname(dataDir));
  throw serverFailed({
    what: 'Cannot initialise the embedded database',
    why: faultLines(output) || 'the program was killed or took too long',
    logFile: log.path,
  });
}

/** A rename survives a power loss only when the directory that holds the name is synced. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

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
  placeUnusable,
  saysDiskFull,
  serverFailed,
} from './embedded-errors.js';
import { makePrivateDir } from './pg-places.js';
import type { PgBinaries } from './postgres-binaries.js';
import { DATABASE, SUPERUSER } from './server-settings.js';
import { type RunResult, runAs, type ServerUser } from './server-user.js';

const INITDB_TIMEOUT_MS = 120_000;
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
export async function createCluster(
  dataDir: string,
  binaries: PgBinaries,
  user: ServerUser | null,
): Promise<void> {
  const base = dirname(dataDir);
  const fresh = join(base, UNFINISHED + randomBytes(6).toString('hex'));
  try {
    removeUnfinishedClusters(base);
    makePrivateDir(fresh, user);
    await runStep(
      'initdb',
      () => runAs(user, initdbCommand(binaries.binDir, fresh), { timeoutMs: INITDB_TIMEOUT_MS }),
      base,
    );
    await runStep('create the database', () => createDatabase(binaries, fresh, user), base);
    renameSync(fresh, dataDir);
    syncDirectory(base);
  } catch (error) {
    throw asPlaceError(base, error);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
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

/** Single-user mode: no server, no socket; it ends with a checkpoint. */
function createDatabase(binaries: PgBinaries, directory: string, user: ServerUser | null) {
  return runAs(
    user,
    [
      join(binaries.binDir, 'postgres'),
      '--single',
      '-D',
      directory,
      '-c',
      'exit_on_error=on',
      'template1',
    ],
    { timeoutMs: INITDB_TIMEOUT_MS, input: `CREATE DATABASE ${DATABASE}\n` },
  );
}

async function runStep(name: string, run: () => Promise<RunResult>, base: string): Promise<void> {
  const { status, output } = await run();
  if (status === 0) return;
  if (saysDiskFull(output)) throw diskFull(base);
  throw serverFailed({
    what: `Cannot ${name === 'initdb' ? 'initialise the embedded database' : name}`,
    why: output.trim().split('\n').slice(-3).join(' ') || 'it was killed or took too long',
    logFile: base,
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

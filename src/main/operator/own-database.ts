import { existsSync } from 'node:fs';
import {
  findRunningPostgres,
  openEmbeddedPostgres,
  type PgConnection,
} from '../../adapters/embedded/embedded-postgres.js';
import { openRunRegistry } from '../../adapters/files/run-registry.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { openPgPool, type PgPool } from '../../adapters/postgres/pg-pool.js';
import { systemClock } from '../../adapters/system-clock.js';
import type { Config } from '../../config/parse-config.js';

const DATABASE_LOCK_WAIT_MS = 5_000;

/** The running engine's database, or one that is started for as long as `work` takes. */
export async function withOwnDatabase<T>(
  config: Config,
  state: StateDirectory,
  work: (pool: PgPool) => Promise<T>,
): Promise<T | null> {
  const neverRan = !existsSync(state.pg) && openRunRegistry(state.runs).list().length === 0;
  if (neverRan && findRunningPostgres(config.stateDir) === null) return null;
  return withOwnServer(config, 'a read command', (connection) => useDatabase(connection, work));
}

/** The server that runs there, or one that is started, and made where it is not there yet. */
export async function withOwnServer<T>(
  config: Config,
  owner: string,
  work: (connection: PgConnection) => Promise<T>,
): Promise<T> {
  const running = findRunningPostgres(config.stateDir);
  if (running !== null) return work(running.connection);
  const server = await openEmbeddedPostgres({
    stateDir: config.stateDir,
    binariesDir: config.postgres.binariesDir,
    owner,
    waitForLockMs: DATABASE_LOCK_WAIT_MS,
    clock: systemClock(),
  });
  try {
    return await work(server.connection);
  } finally {
    await server.stop();
  }
}

async function useDatabase<T>(
  connection: Parameters<typeof openPgPool>[0],
  work: (pool: PgPool) => Promise<T>,
): Promise<T> {
  const pool = openPgPool(connection, 'cdb read');
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

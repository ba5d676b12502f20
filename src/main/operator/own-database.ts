import { existsSync } from 'node:fs';
import {
  findRunningPostgres,
  openEmbeddedPostgres,
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
  const running = findRunningPostgres(config.stateDir);
  if (running !== null) return useDatabase(running.connection, work);
  if (!existsSync(state.pg) && openRunRegistry(state.runs).list().length === 0) return null;
  const server = await openEmbeddedPostgres({
    stateDir: config.stateDir,
    binariesDir: config.postgres.binariesDir,
    owner: 'a read command',
    waitForLockMs: DATABASE_LOCK_WAIT_MS,
    clock: systemClock(),
  });
  try {
    return await useDatabase(server.connection, work);
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

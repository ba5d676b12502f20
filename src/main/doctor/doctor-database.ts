import { clusterVersion } from '../../adapters/embedded/create-cluster.js';
import {
  findRunningPostgres,
  openEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../adapters/embedded/embedded-postgres.js';
import { existingPlaces } from '../../adapters/embedded/pg-places.js';
import { toldBy } from '../../adapters/postgres/external-errors.js';
import { openPgPool, PG_LIMITS, type PgPool } from '../../adapters/postgres/pg-pool.js';
import { systemClock } from '../../adapters/system-clock.js';
import { databasePlace, readDatabaseUrl } from '../../config/database-url.js';
import type { Config } from '../../config/parse-config.js';
import type { SecretUrl } from '../../config/secrets.js';
import { targetOf } from '../engine/external-database.js';
import { ANSWER_MS_MAX } from './pipeline/stores.js';

const APPLICATION = 'cdb doctor';
/** Of a server that may be short of them: what is asked waits for its turn. */
const CONNECTIONS_MAX = 2;
/** Two looks and the second between them fit into the time of a probe. */
const BRIEF = {
  ...PG_LIMITS,
  connectionsMax: CONNECTIONS_MAX,
  connectTimeoutMs: ANSWER_MS_MAX,
  statementTimeoutMs: ANSWER_MS_MAX,
  callDeadlineMs: ANSWER_MS_MAX,
  idleMs: 2_000,
};
/** Another command that reads starts and stops the same server meanwhile. */
const LOCK_WAIT_MS = 1_000;

/** The configured database, opened when it is asked first and shared by all that ask. */
export interface DoctorDatabase {
  readonly kind: 'embedded' | 'external';
  /** For people, without a secret. */
  readonly source: string;
  /** Null: there is none yet, and nobody makes one. @throws DependencyError, OperatorError */
  use<T>(work: (pool: PgPool) => Promise<T>): Promise<T | null>;
  /**
   * For looks that follow each other within the time of one probe: every answer has to be short.
   * Null: no server runs that could be asked.
   */
  brief(): PgPool | null;
  /** Ends the connections, and a server that was started for them. Idempotent. */
  close(): Promise<void>;
}

export function doctorDatabase(config: Config): DoctorDatabase {
  const { databaseUrl } = config;
  return databaseUrl === undefined ? embedded(config) : external(databaseUrl, config);
}

function external(secret: SecretUrl, config: Config): DoctorDatabase {
  const read = readDatabaseUrl(secret.url);
  const where = read.ok ? databasePlace(read.address) : 'of the configured URL';
  let pool: PgPool | undefined;
  let brief: PgPool | undefined;
  return {
    kind: 'external',
    source: `PostgreSQL ${where}`,
    use: (work) =>
      toldBy(where, async () => {
        pool ??= openPgPool(targetOf(secret), APPLICATION, limitsOf(config));
        return work(pool);
      }),
    brief: () => (brief ??= openPgPool(targetOf(secret), APPLICATION, BRIEF)),
    close: async () => {
      const [long, short] = [pool, brief];
      pool = brief = undefined;
      await Promise.all([long?.close(), short?.close()]);
    },
  };
}

interface Opened {
  readonly pool: PgPool;
  /** Null where the server is that of an engine. */
  readonly server: EmbeddedPostgres | null;
}

function embedded(config: Config): DoctorDatabase {
  const places = existingPlaces(config.stateDir);
  const exists = places !== null && clusterVersion(places.dataDir) !== null;
  let opened: Promise<Opened> | undefined;
  let brief: PgPool | undefined;
  return {
    kind: 'embedded',
    source: `embedded PostgreSQL in ${places?.dataDir ?? config.stateDir}`,
    use: async (work) => {
      if (!exists) return null;
      opened ??= open(config).catch((fault: unknown) => {
        opened = undefined; // The next who asks may find it open.
        throw fault;
      });
      const { pool } = await opened;
      return work(pool);
    },
    brief: () => {
      const running = findRunningPostgres(config.stateDir);
      if (running === null) return null;
      return (brief ??= openPgPool(running.connection, APPLICATION, BRIEF));
    },
    close: async () => {
      await brief?.close();
      brief = undefined;
      // What did not open has told its reason to whoever asked.
      const found = await opened?.catch(() => undefined);
      opened = undefined;
      await found?.pool.close();
      await found?.server?.stop();
    },
  };
}

async function open(config: Config): Promise<Opened> {
  const limits = limitsOf(config);
  const running = findRunningPostgres(config.stateDir);
  if (running !== null) {
    return { pool: openPgPool(running.connection, APPLICATION, limits), server: null };
  }
  const server = await openEmbeddedPostgres({
    stateDir: config.stateDir,
    binariesDir: config.postgres.binariesDir,
    owner: APPLICATION,
    waitForLockMs: LOCK_WAIT_MS,
    clock: systemClock(),
  });
  return { pool: openPgPool(server.connection, APPLICATION, limits), server };
}

/** Nothing goes on for longer than somebody waits for it. */
function limitsOf({ doctor: { checkMs } }: Config) {
  return {
    ...PG_LIMITS,
    connectionsMax: CONNECTIONS_MAX,
    connectTimeoutMs: checkMs,
    statementTimeoutMs: checkMs,
    lockTimeoutMs: Math.ceil(checkMs / 2),
    idleInTransactionMs: 2 * checkMs,
    callDeadlineMs: checkMs,
  };
}

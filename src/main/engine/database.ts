import {
  openEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../adapters/embedded/embedded-postgres.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { postgresAuditStore } from '../../adapters/postgres/audit-store.js';
import { openPgPool, PG_LIMITS, type PgPool } from '../../adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../adapters/postgres/sql-client.js';
import type { Config } from '../../config/parse-config.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { EngineStatus } from '../../engine/ports/engine-status.js';
import { OperatorError } from '../../operator-error.js';
import { ensureSchema } from '../../schema/ensure-schema.js';
import type { MigrationRun } from '../../schema/migration-run.js';
import { openExternalDatabase, targetOf } from './external-database.js';

/** The database of an engine, whoever runs its server. */
export interface EngineDatabase {
  readonly pool: PgPool;
  readonly words: string;
  /** @returns the versions applied now; an external database that is behind is refused instead */
  prepareSchema(run: MigrationRun): Promise<readonly number[]>;
  /** Prepares every statement of the audit trail. */
  probe(): Promise<void>;
  status(): EngineStatus['database'];
  close(): Promise<void>;
}

const WAIT_FOR_LOCK_MS = 5_000;
const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 5_000;

export async function openEngineDatabase(
  config: Config,
  clock: Clock,
  onNotice: (text: string) => void,
): Promise<EngineDatabase> {
  const { databaseUrl } = config;
  if (databaseUrl === undefined) return openEmbeddedDatabase(config, clock, onNotice);
  return openExternalDatabase(targetOf(databaseUrl), config, { clock, onNotice });
}

/** The embedded server with its pool, restarted by itself when it dies under us. */
async function openEmbeddedDatabase(
  config: Config,
  clock: Clock,
  onNotice: (text: string) => void,
): Promise<EngineDatabase> {
  const server = await openEmbeddedPostgres({
    stateDir: config.stateDir,
    binariesDir: config.postgres.binariesDir,
    owner: 'cdb run',
    waitForLockMs: WAIT_FOR_LOCK_MS,
    clock,
  });
  const pool = openPgPool(server.connection, 'cdb engine', {
    ...PG_LIMITS,
    callDeadlineMs: config.audit.commitTimeoutMs,
  });
  const closing = new AbortController();
  let state = 'up';
  const end = server.onExit((exit) => {
    state = 'restarting';
    onNotice(`database ended unexpectedly; starting it again. Its last words: ${exit.lastWords}`);
    void restart(server, { clock, signal: closing.signal, onNotice }).then((up) => {
      if (up) state = 'up';
    });
  });
  return {
    pool,
    words: server.where.words,
    prepareSchema: (run) =>
      withSqlSession(server.connection, 'cdb migrate', (session) =>
        ensureSchema(session, {
          ...run,
          again: (work) => withSqlSession(server.connection, 'cdb migrate', work),
        }),
      ),
    probe: () => postgresAuditStore(pool).probe(),
    status: () => ({ kind: 'embedded', where: server.where.words, state }),
    close: async () => {
      closing.abort();
      end();
      await pool.close();
      await server.stop();
    },
  };
}

/** Tries until it runs or the engine closes; the audit stalls meanwhile, and says so. */
async function restart(
  server: EmbeddedPostgres,
  {
    clock,
    signal,
    onNotice,
  }: { clock: Clock; signal: AbortSignal; onNotice: (text: string) => void },
): Promise<boolean> {
  let told = '';
  for (
    let waitMs = RESTART_MS_MIN;
    !signal.aborted;
    waitMs = Math.min(waitMs * 2, RESTART_MS_MAX)
  ) {
    try {
      await server.restart();
      onNotice('database runs again');
      return true;
    } catch (error) {
      const why = restartWords(error);
      if (why !== told) onNotice(`database does not start, trying again: ${why}`);
      told = why;
    }
    await clock.sleep(waitMs, signal);
  }
  return false;
}

function restartWords(error: unknown): string {
  if (error instanceof OperatorError) return `${error.what}: ${error.why}; ${error.todo}`;
  return wordsOf(error);
}

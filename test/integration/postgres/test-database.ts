import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../../../src/adapters/embedded/embedded-postgres.js';
import type { PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../../src/schema/migration-files.js';
import type { SqlRow } from '../../../src/engine/ports/sql-session.js';
import { ExternalPostgres } from './external-postgres.js';

/** A suite about the database runs on each: our own server, and the one of the distribution. */
export const SERVER_KINDS = ['embedded', 'external'] as const;
type ServerKind = (typeof SERVER_KINDS)[number];

interface TestServer {
  readonly connection: PgTarget;
  end(): Promise<void>;
}

/** One real server for a test file; each test gets a database of its own from a template. */
export class TestDatabase {
  readonly #server: TestServer;

  private constructor(server: TestServer) {
    this.#server = server;
  }

  static async start(kind: ServerKind): Promise<TestDatabase> {
    const server = kind === 'embedded' ? await startEmbedded() : await ExternalPostgres.start();
    const database = new TestDatabase(server);
    await database.run('cdb', 'CREATE DATABASE migrated');
    await withSqlSession({ ...server.connection, database: 'migrated' }, 'test', (session) =>
      ensureSchema(session, {
        files: loadMigrations(),
        clock: systemClock(),
        cdbVersion: 'test',
        waitForLockMs: 0,
      }),
    );
    return database;
  }

  /** A new database: with the schema of this build, or empty. */
  async create(template: 'migrated' | 'template1' = 'migrated'): Promise<PgTarget> {
    const database = `t_${randomBytes(6).toString('hex')}`;
    await this.run('cdb', `CREATE DATABASE ${database} TEMPLATE ${template}`);
    return { ...this.#server.connection, database };
  }

  /** Runs statements in one session and gives the rows of the last. */
  async run(database: string, ...statements: readonly string[]): Promise<readonly SqlRow[]> {
    const target = { ...this.#server.connection, database };
    return withSqlSession(target, 'test', async (session) => {
      let rows: readonly SqlRow[] = [];
      for (const statement of statements) ({ rows } = await session.query(statement));
      return rows;
    });
  }

  end(): Promise<void> {
    return this.#server.end();
  }
}

async function startEmbedded(): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'cdb-db-'));
  chmodSync(directory, 0o711);
  const server = await openEmbeddedPostgres({
    stateDir: directory,
    owner: 'cdb test',
    waitForLockMs: 0,
    clock: systemClock(),
  });
  return {
    connection: server.connection,
    end: async () => {
      // A clean stop would first sync thousands of files that are removed right after.
      const pid = server.pid();
      if (pid !== null) process.kill(pid, 'SIGKILL');
      await server.stop();
      rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedPostgres,
  openEmbeddedPostgres,
  type PgConnection,
} from '../../../src/adapters/embedded/embedded-postgres.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../../src/schema/migration-files.js';
import type { SqlRow } from '../../../src/engine/ports/sql-session.js';

/** One real server for a test file; each test gets a database of its own from a template. */
export class TestDatabase {
  readonly server: EmbeddedPostgres;
  readonly #directory: string;

  private constructor(server: EmbeddedPostgres, directory: string) {
    this.server = server;
    this.#directory = directory;
  }

  static async start(): Promise<TestDatabase> {
    const directory = mkdtempSync(join(tmpdir(), 'cdb-db-'));
    chmodSync(directory, 0o711);
    const clock = systemClock();
    const server = await openEmbeddedPostgres({
      stateDir: directory,
      owner: 'cdb test',
      waitForLockMs: 0,
      clock,
    });
    const database = new TestDatabase(server, directory);
    await database.run('cdb', 'CREATE DATABASE migrated');
    await withSqlSession({ ...server.connection, database: 'migrated' }, 'test', (session) =>
      ensureSchema(session, {
        files: loadMigrations(),
        clock,
        cdbVersion: 'test',
        waitForLockMs: 0,
      }),
    );
    return database;
  }

  /** A new database: with the schema of this build, or empty. */
  async create(template: 'migrated' | 'template1' = 'migrated'): Promise<PgConnection> {
    const database = `t_${randomBytes(6).toString('hex')}`;
    await this.run('cdb', `CREATE DATABASE ${database} TEMPLATE ${template}`);
    return { ...this.server.connection, database };
  }

  /** Runs statements in one session and gives the rows of the last. */
  async run(database: string, ...statements: readonly string[]): Promise<readonly SqlRow[]> {
    const target = { ...this.server.connection, database };
    return withSqlSession(target, 'test', async (session) => {
      let rows: readonly SqlRow[] = [];
      for (const statement of statements) ({ rows } = await session.query(statement));
      return rows;
    });
  }

  async end(): Promise<void> {
    // A clean stop would first sync thousands of files that are removed right after.
    const pid = this.server.pid();
    if (pid !== null) process.kill(pid, 'SIGKILL');
    await this.server.stop();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

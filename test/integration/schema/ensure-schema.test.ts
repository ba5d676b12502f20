import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import { openPgPool, type PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { isEmptyDatabase } from '../../../src/schema/empty-database.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { loadMigrations, type MigrationFile } from '../../../src/schema/migration-files.js';
import { schemaState } from '../../../src/schema/schema-state.js';
import { SERVER_KINDS, TestDatabase } from '../postgres/test-database.js';

const files = loadMigrations();
const RUN = { files, clock: systemClock(), cdbVersion: 'test', waitForLockMs: 30_000 };
let database: TestDatabase;

function migrate(
  connection: PgTarget,
  list: readonly MigrationFile[] = files,
  waitForLockMs = 30_000,
): Promise<readonly number[]> {
  const run = { files: list, clock: systemClock(), cdbVersion: 'test', waitForLockMs };
  return withSqlSession(connection, 'migrator', (session) => ensureSchema(session, run));
}

function stateOf(connection: PgTarget, list: readonly MigrationFile[] = files) {
  return withSqlSession(connection, 'test', (session) => schemaState(session, list));
}

function extra(version: number, sql: string): MigrationFile {
  return { version, name: `${version}_extra`, sql, sha256: String(version).padStart(64, '0') };
}

describe.each(SERVER_KINDS)('on the %s server', (kind) => {
  beforeAll(async () => {
    database = await TestDatabase.start(kind);
  });
  afterAll(() => database.end());

  describe('ensureSchema', () => {
    it('takes an empty database to this build, once, so that the store can be probed', async () => {
      const connection = await database.create('template1');
      expect(await stateOf(connection)).toMatchObject({ state: 'behind', version: 0 });
      expect(await migrate(connection)).toEqual(files.map((file) => file.version));
      expect(await migrate(connection)).toEqual([]);
      expect(await stateOf(connection)).toEqual({ state: 'equal', version: files.length });
      const store = postgresAuditStore(openPgPool(connection, 'test'));
      await store.probe();
      await store.close();
    });

    it('changes an empty database without a word, and no other', async () => {
      const attempt = (connection: PgTarget) =>
        withSqlSession(connection, 'migrator', (session) =>
          ensureSchema(session, { ...RUN, intoEmptyOnly: true }),
        );
      const isEmpty = (connection: PgTarget) => withSqlSession(connection, 'test', isEmptyDatabase);
      for (const sql of [
        'CREATE TABLE theirs (n integer)',
        'CREATE SCHEMA other; CREATE VIEW other.v AS SELECT 1 AS n',
        'CREATE SEQUENCE theirs',
        'CREATE FUNCTION theirs() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$',
      ]) {
        const connection = await database.create('template1');
        await withSqlSession(connection, 'test', (session) => session.query(sql));
        expect(await isEmpty(connection), sql).toBe(false);
        await expect(attempt(connection)).rejects.toMatchObject({ code: 'CDB-E0605', exit: 5 });
        expect(await stateOf(connection)).toMatchObject({ state: 'behind', version: 0 });
      }
      const connection = await database.create('template1');
      expect(await isEmpty(connection)).toBe(true);
      expect(await attempt(connection)).toHaveLength(files.length);
      expect(await isEmpty(connection)).toBe(false);
      expect(await attempt(connection)).toEqual([]);
    });

    it('applies each migration once when several processes start together', async () => {
      const connection = await database.create('template1');
      const applied = await Promise.all([1, 2, 3].map(() => migrate(connection)));
      expect(applied.map((list) => list.length).sort()).toEqual([0, 0, files.length]);
    });

    it('refuses a file that changed after it was applied, naming it', async () => {
      const connection = await database.create();
      const edited = files.map((file, i) => (i === 1 ? { ...file, sha256: 'f'.repeat(64) } : file));
      expect(await stateOf(connection, edited)).toMatchObject({
        state: 'edited',
        names: ['0002_risk_decisions'],
      });
      await expect(migrate(connection, edited)).rejects.toMatchObject({
        code: 'CDB-E0413',
        what: expect.stringContaining('0002_risk_decisions') as unknown,
      });
    });

    it('refuses a database that a newer build has migrated', async () => {
      const connection = await database.create();
      const older = files.slice(0, 3);
      expect(await stateOf(connection, older)).toEqual({
        state: 'ahead',
        version: files.length,
        needed: 3,
      });
      await expect(migrate(connection, older)).rejects.toMatchObject({
        code: 'CDB-E0412',
        exit: 6,
      });
    });

    it('rolls a failing migration back as a whole and keeps the ones before it', async () => {
      const connection = await database.create();
      const good = extra(files.length + 1, 'CREATE TABLE good (n int)');
      const bad = extra(files.length + 2, 'CREATE TABLE half (n int); SELECT 1/0');
      await expect(migrate(connection, [...files, good, bad])).rejects.toMatchObject({
        code: 'CDB-E0414',
        why: expect.stringContaining('division by zero') as unknown,
      });
      const query = `SELECT to_regclass('good')::text AS good, to_regclass('half')::text AS half`;
      expect(await database.run(connection.database, query)).toEqual([
        { good: 'good', half: null },
      ]);
      expect(await stateOf(connection, [...files, good, bad])).toMatchObject({
        state: 'behind',
        version: good.version,
        pending: [bad],
      });
    });

    it('keeps nothing of a migration that cannot be recorded', async () => {
      const connection = await database.create();
      const file = extra(files.length + 1, 'CREATE TABLE unrecorded (n int)');
      await expect(
        migrate(connection, [...files, { ...file, sha256: 'f'.repeat(65) }]),
      ).rejects.toMatchObject({ code: 'CDB-E0414' });
      const query = `SELECT to_regclass('unrecorded')::text AS found`;
      expect(await database.run(connection.database, query)).toEqual([{ found: null }]);
    });

    it('gives up on a lock that another session keeps, and names that session', async () => {
      const connection = await database.create('template1');
      await withSqlSession(connection, 'the other one', async (session) => {
        await session.query('SELECT pg_advisory_lock($1)', [0x63_64_62_01]);
        await expect(migrate(connection, files, 0)).rejects.toMatchObject({
          code: 'CDB-E0415',
          why: expect.stringContaining('the other one') as unknown,
        });
      });
    });
  });

  describe('migrations', () => {
    it.each([
      'UPDATE control_events SET reason = $$x$$',
      'DELETE FROM control_events',
      'TRUNCATE control_events',
    ])('refuse to change history: %s', async (statement) => {
      const connection = await database.create();
      const insert = `INSERT INTO control_events
        (event_pk, run_id, epoch, level, scopes, mode, reason, message, operator,
         previous_level, timestamp_ms)
        VALUES ('e', 'r', 1, 'HALTED', '{}', 'paper', 'manual', '', 'ops', 'TRADING', 1)`;
      await database.run(connection.database, insert);
      await expect(database.run(connection.database, statement)).rejects.toThrow('append-only');
    });

    it('keep a posting balanced when a line is taken away later', async () => {
      const connection = await database.create();
      const insert = `INSERT INTO ledger_entries
      (posting_pk, line, run_id, book, account, amount_usdt, timestamp_ms)
      VALUES ('p', 0, 'r', 'real', 'cash', 1, 1), ('p', 1, 'r', 'real', 'fees', -1, 1)`;
      await database.run(connection.database, insert);
      const remove = `DELETE FROM ledger_entries WHERE line = 1`;
      await expect(database.run(connection.database, remove)).rejects.toThrow('does not balance');
    });
  });
});

import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { SqlSession } from '../../../src/engine/ports/sql-session.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { readHead } from '../../../src/schema/migration-head.js';
import { loadMigrations, type MigrationFile } from '../../../src/schema/migration-files.js';
import type { MigrationRun } from '../../../src/schema/migration-run.js';
import { schemaHistory } from '../../../src/schema/schema-history.js';
import { TcpProxy } from '../../fakes/network/tcp-proxy.js';
import { TestDatabase } from '../postgres/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.start('external');
});
afterAll(() => database.end());

let target: PgTarget;
beforeEach(async () => {
  target = await database.create('template1');
});

function files(...texts: readonly string[]): readonly MigrationFile[] {
  return texts.map((sql, index) => {
    const read = readHead(sql);
    if (!read.ok) throw new Error(read.why);
    const sha256 = createHash('sha256').update(sql).digest('hex');
    return { version: index + 1, name: `000${index + 1}_f`, sql, sha256, ...read.head };
  });
}

function migrate(list: readonly MigrationFile[], more: Partial<MigrationRun> = {}, at = target) {
  const run = { files: list, clock: systemClock(), cdbVersion: 'test', waitForLockMs: 30_000 };
  return withSqlSession(at, 'migrator', (session) => ensureSchema(session, { ...run, ...more }));
}

function run(...statements: readonly string[]) {
  return database.run(target.database, ...statements);
}

function history() {
  return withSqlSession(target, 'test', schemaHistory);
}

describe('the history', () => {
  it('says who, under which opening, and the schema before and after', async () => {
    const list = files('CREATE TABLE a (n integer)', 'CREATE TABLE b (n integer)');
    await migrate(list, { who: 'ops', gateId: 'g-1' });
    const [first, second] = await history();
    expect(first).toMatchObject({
      who: 'ops',
      gateId: 'g-1',
      state: 'done',
      sha256: list[0]?.sha256,
    });
    expect(first?.catalogBefore).toMatch(/^[0-9a-f]{64}$/);
    expect(first?.catalogAfter).not.toBe(first?.catalogBefore);
    expect(second?.catalogBefore).toBe(first?.catalogAfter);
  });

  it('of an earlier build is read as it is, and gets what it lacks with the next migration', async () => {
    const list = files('CREATE TABLE a (n integer)', 'CREATE TABLE b (n integer)');
    const [first] = list;
    await run(
      `CREATE TABLE schema_history (version integer PRIMARY KEY, name text NOT NULL,
         sha256 char(64) NOT NULL, cdb_version text NOT NULL,
         applied_by text NOT NULL DEFAULT current_user,
         applied_at timestamptz NOT NULL DEFAULT now(), duration_ms integer NOT NULL)`,
      `INSERT INTO schema_history (version, name, sha256, cdb_version, duration_ms)
       VALUES (1, '0001_f', '${first?.sha256}', 'old', 5)`,
    );
    expect(await history()).toMatchObject([{ state: 'done', who: null, catalogAfter: null }]);
    expect(await migrate(list)).toEqual([2]);
    expect(await history()).toMatchObject([
      { version: 1, who: null, durationMs: 5 },
      { version: 2, state: 'done' },
    ]);
  });

  it('refuses a file that came late, whatever its number looks like as text', async () => {
    const list = files(...Array.from({ length: 10 }, (_, n) => `CREATE TABLE t${n} (n integer)`));
    await migrate(list);
    await run('DELETE FROM schema_history WHERE version = 9');
    await expect(migrate(list)).rejects.toMatchObject({
      code: 'CDB-E0450',
      what: expect.stringContaining('"0009_f" came late') as unknown,
      why: expect.stringContaining('0010 is applied') as unknown,
    });
  });
});

describe('a file', () => {
  it('that ends its own transaction is refused', async () => {
    const list = files('CREATE TABLE a (n integer); COMMIT; CREATE TABLE b (n integer)');
    await expect(migrate(list)).rejects.toMatchObject({ code: 'CDB-E0451' });
    expect(await history()).toEqual([]);
  });

  it('is not recorded by a session that has lost the lock', async () => {
    const list = files(`CREATE TABLE a (n integer); SELECT pg_advisory_unlock(1667523073)`);
    await expect(migrate(list)).rejects.toMatchObject({ code: 'CDB-E0454', exit: 6 });
    expect(await run("SELECT to_regclass('a') AS found")).toEqual([{ found: null }]);
    expect(await history()).toEqual([]);
  });
});

const CONCURRENTLY = '-- cdb:no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n)';

describe('a file without a transaction', () => {
  const list = files('CREATE TABLE a (n integer)', CONCURRENTLY, 'CREATE TABLE b (n integer)');
  const valid = () =>
    run(`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('a_n')`);

  it('is applied once by three runners at once, none of which is in the way of the index', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => migrate(list)));
    expect(applied.map((versions) => versions.length).sort()).toEqual([0, 0, 3]);
    expect(await valid()).toEqual([{ valid: true }]);
    expect((await history()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  it('leaves nothing when it fails, and is applied once the cause is gone', async () => {
    await migrate(list, { to: 1 });
    await run('INSERT INTO a VALUES (1), (1)');
    await expect(migrate(list)).rejects.toMatchObject({
      code: 'CDB-E0452',
      why: expect.stringMatching(/could not create unique index.*nothing of it is left/) as unknown,
    });
    expect(await valid()).toEqual([]);
    expect(await history()).toHaveLength(1);
    await run('DELETE FROM a');
    expect(await migrate(list)).toEqual([2, 3]);
  });

  it.each([
    ['half built', 'INSERT INTO a VALUES (1), (1)', 'DELETE FROM a'],
    ['whole', 'SELECT 1', 'SELECT 1'],
  ])('that was cut off with its index %s is repaired', async (_, before, after) => {
    await migrate(list, { to: 1 });
    await run(before);
    await run('CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n)').catch(() => undefined);
    await run(
      after,
      `INSERT INTO schema_history (version, name, sha256, cdb_version, duration_ms, state)
       VALUES (2, '0002_f', '${list[1]?.sha256}', 'test', 0, 'started')`,
    );
    expect(await migrate(list)).toEqual([2, 3]);
    expect(await valid()).toEqual([{ valid: true }]);
    expect((await history()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  it('never takes an index of somebody else for its own leftover', async () => {
    await migrate(list, { to: 1 });
    await run('CREATE TABLE other (n integer)', 'CREATE INDEX a_n ON other (n)');
    await expect(migrate(list)).rejects.toMatchObject({
      code: 'CDB-E0451',
      why: expect.stringContaining('the index a_n is there already') as unknown,
    });
    expect(await history()).toHaveLength(1);
  });

  it.each([
    ['CREATE INDEX CONCURRENTLY x ON a (n); CREATE INDEX CONCURRENTLY y ON a (n)', '2 statements'],
    ['CREATE INDEX CONCURRENTLY ON a (n)', 'has no name'],
    ['CREATE INDEX CONCURRENTLY IF NOT EXISTS x ON a (n)', 'half built'],
    ['VACUUM a', 'only CREATE INDEX CONCURRENTLY'],
  ])('refuses %s', async (sql, words) => {
    const bad = files('CREATE TABLE a (n integer)', `-- cdb:no-transaction\n${sql}`);
    await expect(migrate(bad)).rejects.toMatchObject({
      code: 'CDB-E0451',
      why: expect.stringContaining(words) as unknown,
    });
    expect(await history()).toHaveLength(1);
  });

  it('takes an index away, also where it is gone already', async () => {
    const drop = '-- cdb:no-transaction\nDROP INDEX CONCURRENTLY a_n';
    const more = [...list, ...files('', '', '', drop).slice(3)];
    expect(await migrate(more)).toEqual([1, 2, 3, 4]);
    expect(await valid()).toEqual([]);
  });

  it('has limits of time, and the session keeps none of them', async () => {
    const show = `SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS whole`;
    await withSqlSession(target, 'migrator', async (session) => {
      const seen: unknown[] = [];
      const spy: SqlSession = {
        query: async (text, values) => {
          if (text.includes('CONCURRENTLY a_n')) seen.push((await session.query(show)).rows[0]);
          return session.query(text, values);
        },
      };
      const with3 = { files: list, clock: systemClock(), cdbVersion: 'test', waitForLockMs: 0 };
      await ensureSchema(spy, with3);
      expect(seen).toEqual([{ lock: '1min', whole: '15min' }]);
      expect((await session.query(show)).rows).toEqual([{ lock: '0', whole: '0' }]);
    });
  });
});

describe('a connection that is lost at COMMIT', () => {
  const list = loadMigrations();
  let proxy: TcpProxy;
  beforeEach(async () => {
    proxy = await TcpProxy.start(target.port);
  });
  afterEach(() => proxy.close());

  /** At the n-th COMMIT that a client sends. */
  function atCommit(wanted: number, act: () => void): void {
    let seen = 0;
    proxy.onClientBytes = (bytes) => {
      if (!bytes.includes('COMMIT\0')) return;
      seen += 1;
      if (seen === wanted) act();
    };
  }

  const again: MigrationRun['again'] = (work) => {
    proxy.mode = 'pass';
    return withSqlSession({ ...target, port: proxy.port }, 'migrator', work);
  };

  // The first COMMIT is that of the history table itself.
  it.each([1, 2, 5, list.length + 1])(
    'number %i, whose answer never came, is looked up, and the rest is applied',
    async (wanted) => {
      atCommit(wanted, () => (proxy.mode = 'lose-answers'));
      const applied = await migrate(list, { again }, { ...target, port: proxy.port });
      expect(applied).toEqual(list.map(({ version }) => version));
      expect(await history()).toHaveLength(list.length);
      expect(proxy.mode).toBe('pass');
    },
  );

  it('that never arrived is told as what did not happen', async () => {
    atCommit(3, () => {
      proxy.cut();
    });
    await expect(migrate(list, { again }, { ...target, port: proxy.port })).rejects.toMatchObject({
      code: 'CDB-E0414',
      what: expect.stringContaining('0002_risk_decisions') as unknown,
    });
    expect(await history()).toHaveLength(1);
    expect(await migrate(list)).toHaveLength(list.length - 1);
  });

  it('and can not be looked up is told as not known', async () => {
    atCommit(2, () => (proxy.mode = 'lose-answers'));
    const gone: MigrationRun['again'] = () => Promise.reject(new Error('away'));
    await expect(
      migrate(list, { again: gone }, { ...target, port: proxy.port }),
    ).rejects.toMatchObject({ code: 'CDB-E0453', exit: 4 });
    expect((await history()).length).toBeLessThanOrEqual(1);
    await migrate(list);
    expect(await history()).toHaveLength(list.length);
  });
});

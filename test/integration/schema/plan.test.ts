import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { SqlSession } from '../../../src/engine/ports/sql-session.js';
import { loadContracts } from '../../../src/schema/contracts/load-contracts.js';
import { ensureSchema } from '../../../src/schema/ensure-schema.js';
import { loadMigrations, type MigrationFile } from '../../../src/schema/migration-files.js';
import { lossesOf } from '../../../src/schema/plan/losses.js';
import { freezePlan, planText, readPlan, refuseStale } from '../../../src/schema/plan/plan-file.js';
import { hazardsOf, planFiles } from '../../../src/schema/plan/plan-files.js';
import { mayTryHere, rehearseBeside, rehearseHere } from '../../../src/schema/plan/rehearse.js';
import { schemaHistory } from '../../../src/schema/schema-history.js';
import { planTakeBack, takeBack } from '../../../src/schema/take-back.js';
import { rowsGrow } from '../../../src/schema/verify/rows-grow.js';
import { verifyAfter } from '../../../src/schema/verify/verify-after.js';
import { verifySchema } from '../../../src/schema/verify/verify-schema.js';
import { TcpProxy } from '../../fakes/network/tcp-proxy.js';
import { TestDatabase } from '../postgres/test-database.js';

const files = loadMigrations();
const contracts = loadContracts();
const newest = files.length;

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.start('external');
});
afterAll(() => database.end());

let target: PgTarget;
beforeEach(async () => {
  target = await database.create();
});

function on<T>(work: (session: SqlSession) => Promise<T>, name = 'test'): Promise<T> {
  return withSqlSession(target, name, work);
}

function terms(list: readonly MigrationFile[]) {
  return { files: list, clock: systemClock(), cdbVersion: 'test', waitForLockMs: 1_000 };
}

function next(sql: string, reverse?: string): MigrationFile {
  const of = (text: string) => createHash('sha256').update(text).digest('hex');
  const back = reverse === undefined ? {} : { reverse: { sql: reverse, sha256: of(reverse) } };
  return { version: newest + 1, name: `00${newest + 1}_next`, sql, sha256: of(sql), ...back };
}

function run(...statements: readonly string[]) {
  return database.run(target.database, ...statements);
}

describe('a plan', () => {
  it('tries what nobody waits for on the database itself, and leaves nothing', async () => {
    const file = next('CREATE TABLE more (n integer)');
    const planned = await on((session) => planFiles(session, [file]));
    expect(mayTryHere(planned)).toBe(true);
    const tried = await on((session) => rehearseHere(session, [file], contracts));
    expect(tried).toEqual({ where: 'rolled back', why: '', findings: [] });
    expect(await run("SELECT to_regclass('more') AS found")).toEqual([{ found: null }]);
  });

  it.each([
    ['CREATE TABLE IF NOT EXISTS risk_events (n integer)'],
    ['CREATE OR REPLACE VIEW risk_events AS SELECT 1 AS n'],
  ])('takes nothing that is there for new: %s', async (sql) => {
    const file = next(`${sql}; ALTER TABLE risk_events DROP COLUMN payload`);
    const planned = await on((session) => planFiles(session, [file]));
    expect(mayTryHere(planned)).toBe(false);
    expect(hazardsOf(planned).map(({ rule }) => rule)).toContain('destroys rows');
  });

  it('finds out what may not stand without a transaction before up does', async () => {
    const file = { ...next('VACUUM runs'), alone: true };
    const planned = await on((session) => planFiles(session, [file]));
    expect(hazardsOf(planned)).toMatchObject([{ level: 'FAIL' }, {}]);
  });

  it.each([
    [
      'drops a column that the code writes',
      'ALTER TABLE risk_events DROP COLUMN payload',
      /payload/,
    ],
    ['shortens one', 'ALTER TABLE risk_events ALTER COLUMN symbol TYPE varchar(5)', /symbol/],
    ['drops the table', 'DROP TABLE risk_events', /risk_events does not exist/],
  ])('that %s says so before it is applied, beside the database', async (_, sql, words) => {
    const file = next(sql);
    const planned = await on((session) => planFiles(session, [file]));
    expect(mayTryHere(planned)).toBe(false);
    const beside = await database.create('template1');
    const tried = await withSqlSession(beside, 'test', (session) =>
      rehearseBeside(session, terms([...files, file]), contracts),
    );
    expect(tried.where).toBe('shadow');
    const failed = tried.findings.filter(({ level }) => level === 'FAIL');
    expect(failed.map((finding) => finding.words).join('\n')).toMatch(words);
  });

  it('that the server refuses is told so, with the reason', async () => {
    const tried = await on((session) =>
      rehearseHere(session, [next('CREATE TABLE runs (n integer)')], contracts),
    );
    expect(tried).toMatchObject({
      where: 'refused',
      why: expect.stringMatching(/already exists/),
    });
  });

  it('counts what a reverse destroys, now', async () => {
    await run(
      `INSERT INTO feed_gaps (run_id, seq, ord, symbol, reason, to_ms, noticed_ms, trades_missing)
       SELECT 'r', n, 0, 'BTCUSDT', 'x', 1, 1, CASE n WHEN 1 THEN 5 END FROM generate_series(1, 3) AS n`,
    );
    const sql = `DROP TABLE feed_gaps; ALTER TABLE feed_gaps DROP COLUMN trades_missing,
      DROP COLUMN none_such; DROP TABLE no_such; DROP INDEX risk_events_symbol_idx`;
    expect(await on((session) => lossesOf(session, sql))).toEqual([
      { what: 'table feed_gaps', rows: 3 },
      { what: 'column trades_missing of feed_gaps', rows: 1 },
      { what: 'column none_such of feed_gaps', rows: 0 },
      { what: 'table no_such', rows: 0 },
    ]);
  });
});

describe('a frozen plan', () => {
  const file = next('CREATE TABLE more (n integer)');
  const list = [...files, file];
  const frozen = () => on((session) => freezePlan(session, [file], { madeAtMs: 0, steps: ['x'] }));

  it('comes back from its file, unless a byte of it was changed', async () => {
    const plan = await frozen();
    const text = planText(plan);
    expect(readPlan('p', text)).toEqual(plan);
    const code = { code: 'CDB-E0455', exit: 6 };
    expect(() => readPlan('p', text.replace('"x"', '"y"'))).toThrow(expect.objectContaining(code));
    expect(() => readPlan('p', '{}')).toThrow(expect.objectContaining(code));
    expect(() => readPlan('p', 'no')).toThrow(expect.objectContaining(code));
  });

  it('can be made by a role that owns nothing', async () => {
    await run(
      'DROP ROLE IF EXISTS plain',
      'CREATE ROLE plain',
      'GRANT SELECT ON schema_history TO plain',
    );
    const plan = await on(async (session) => {
      await session.query('SET ROLE plain');
      return freezePlan(session, [file], { madeAtMs: 0, steps: ['x'] });
    });
    expect(plan).toEqual(await frozen());
    await run('DROP OWNED BY plain', 'DROP ROLE plain');
  });

  it('holds while nothing has changed', async () => {
    const plan = await frozen();
    await on((session) => refuseStale(session, plan, list));
  });

  it.each<[string, () => Promise<unknown>, readonly MigrationFile[], string]>([
    [
      'the schema',
      () => run('CREATE TABLE by_hand (n integer)'),
      list,
      'somebody changed the schema',
    ],
    [
      'the history',
      () => on((s) => ensureSchema(s, terms(list))),
      list,
      'were applied or taken back',
    ],
    [
      'the file',
      async () => null,
      [...files, { ...file, sha256: 'f'.repeat(64) }],
      'was changed since',
    ],
    [
      'a file more',
      async () => null,
      [...list, { ...file, name: '0099_late', version: 99 }],
      '"0099_late" was added',
    ],
    ['a file less', async () => null, files, 'is not there any more'],
  ])('is refused after a change of %s', async (_, change, now, words) => {
    const plan = await frozen();
    await change();
    await expect(on((session) => refuseStale(session, plan, now))).rejects.toMatchObject({
      code: 'CDB-E0456',
      exit: 6,
      why: expect.stringContaining(words) as unknown,
    });
  });

  it('is refused on another database of the same name and schema', async () => {
    const plan = await frozen();
    target = await database.create();
    await expect(on((session) => refuseStale(session, plan, list))).rejects.toMatchObject({
      why: expect.stringContaining('another database') as unknown,
    });
  });

  it('is looked at again under the lock, where somebody else was faster', async () => {
    const plan = await frozen();
    await on((session) => ensureSchema(session, terms(list)));
    const before = (session: SqlSession) => refuseStale(session, plan, list);
    await expect(
      on((session) => ensureSchema(session, { ...terms(list), before })),
    ).rejects.toMatchObject({ code: 'CDB-E0456' });
  });
});

describe('taking back', () => {
  it('our newest migrations leaves the schema as it was, and up brings it back', async () => {
    const stays = files.findLastIndex(({ reverse }) => reverse === undefined) + 1;
    const taken = await on((session) => takeBack(session, terms(files), stays));
    expect(taken.map(({ isAsBefore }) => isAsBefore)).toEqual(files.slice(stays).map(() => true));
    expect(await on(schemaHistory)).toHaveLength(stays);
    await on((session) => ensureSchema(session, terms(files)));
    expect(await on((session) => verifySchema(session, files, contracts))).toEqual([]);
  });

  it('is refused as a whole where one has no reverse', async () => {
    await expect(on((session) => planTakeBack(session, files, 3))).rejects.toMatchObject({
      code: 'CDB-E0457',
      what: expect.stringContaining('0009_audit_chain') as unknown,
    });
  });

  it('says when a reverse does not lead back', async () => {
    const list = [...files, next('CREATE TABLE more (n integer)', 'SELECT 1')];
    await on((session) => ensureSchema(session, terms(list)));
    const taken = await on((session) => takeBack(session, terms(list), newest));
    expect(taken).toMatchObject([{ isAsBefore: false }]);
  });

  it('is refused under an engine that is connected', async () => {
    await on(async () => {
      await expect(
        on((session) => takeBack(session, terms(files), newest - 1)),
      ).rejects.toMatchObject({ code: 'CDB-E0465', exit: 5 });
    }, 'cdb engine');
    expect(await on(schemaHistory)).toHaveLength(newest);
  });

  it('whose connection is lost at COMMIT is told as it was', async () => {
    const proxy = await TcpProxy.start(target.port);
    let commits = 0;
    proxy.onClientBytes = (bytes) => {
      if (!bytes.includes('COMMIT\0')) return;
      commits += 1;
      if (commits === 2) proxy.mode = 'lose-answers';
    };
    const again = <T>(work: (session: SqlSession) => Promise<T>) => on(work);
    const taken = withSqlSession({ ...target, port: proxy.port }, 'test', (session) =>
      takeBack(session, { ...terms(files), waitForLockMs: 10_000, again }, newest - 1),
    );
    await expect(taken).rejects.toMatchObject({
      code: 'CDB-E0458',
      why: expect.stringContaining('it was taken back') as unknown,
    });
    await proxy.close();
    expect(await on(schemaHistory)).toHaveLength(newest - 1);
  });

  it('that fails keeps the schema and its row', async () => {
    const list = [...files, next('CREATE TABLE more (n integer)', 'DROP TABLE more; SELECT 1/0')];
    await on((session) => ensureSchema(session, terms(list)));
    await expect(on((session) => takeBack(session, terms(list), newest))).rejects.toMatchObject({
      code: 'CDB-E0458',
      why: expect.stringContaining('division by zero') as unknown,
    });
    expect(await run('SELECT * FROM more')).toEqual([]);
    expect(await on(schemaHistory)).toHaveLength(newest + 1);
  });
});

describe('verify', () => {
  const open = (list: readonly MigrationFile[] = files) =>
    on(async (session) =>
      (await verifySchema(session, list, contracts)).map(({ level, about, words, todo }) => {
        // Whoever is sent here at night is told what to do.
        if (level === 'FAIL') expect(todo, words).not.toBe('');
        return [level, about, words].join(' ');
      }),
    );

  it('finds nothing open after a migration', async () => {
    expect(await open()).toEqual([]);
  });

  it.each([
    [
      'DROP TABLE risk_events',
      'FAIL 0002_risk_decisions it made table risk_events, which is not there',
    ],
    ['ALTER TABLE orders DROP COLUMN price', 'FAIL 0003_trading it made column price of orders'],
    [
      'DROP INDEX risk_events_symbol_idx',
      'FAIL 0002_risk_decisions it made index risk_events_symbol_idx',
    ],
    ['DROP TRIGGER risk_events_no_change ON risk_events', 'FAIL 0009_audit_chain it made trigger'],
    ['CREATE TABLE by_hand (n integer)', 'somebody else has changed it since'],
    [
      `UPDATE schema_history SET sha256 = repeat('f', 64) WHERE version = 2`,
      'changed after it was applied',
    ],
    [
      'DELETE FROM schema_history WHERE version = 2',
      'FAIL 0002_risk_decisions not applied, but one',
    ],
    [
      `UPDATE schema_history SET state = 'started' WHERE version = ${newest}`,
      'begun, and nobody saw its end',
    ],
  ])('after %s says: %s', async (sql, words) => {
    await run(sql);
    expect((await open()).join('\n')).toContain(words);
  });

  it('names an index that is half built', async () => {
    await run(`INSERT INTO feed_gaps (run_id, seq, ord, symbol, reason, to_ms, noticed_ms)
      SELECT 'r', n, 0, 'B', 'x', 1, 1 FROM generate_series(1, 2) AS n`);
    await run('CREATE UNIQUE INDEX CONCURRENTLY half ON feed_gaps (symbol)').catch(() => null);
    expect((await open()).join('\n')).toContain('FAIL feed_gaps index half is half built');
  });
});

describe('verify-after', () => {
  it('says what is there, what the mark of the file says, and where it is not', async () => {
    const file = {
      ...next('CREATE TABLE more (n integer)'),
      verify: ['SELECT count(*) = 0 FROM more', 'SELECT false', 'SELECT nothing'],
    };
    await on((session) => ensureSchema(session, terms([...files, file])));
    const checks = () => on((session) => verifyAfter(session, [file], contracts, []));
    expect((await checks()).map(({ verdict }) => verdict)).toEqual(['OK', 'OK', 'FAIL', 'FAIL']);
    await run('DROP TABLE more');
    expect((await checks())[0]).toEqual({
      about: file.name,
      verdict: 'FAIL',
      evidence: 'missing: table more',
    });
  });

  it('does not judge rows without an engine, and sees them grow with one', async () => {
    const clock = systemClock();
    const judged = () => on((session) => rowsGrow(session, { clock, waitMs: 10_000 }));
    expect(await judged()).toMatchObject({
      verdict: 'not judged',
      evidence: 'no engine is connected',
    });
    await on(async () => {
      const growing = judged();
      let n = 0;
      const state = { isOver: false };
      void growing.finally(() => (state.isOver = true));
      while (!state.isOver) {
        n += 1;
        await run(`INSERT INTO risk_events (timestamp_ms, symbol, decision, decision_pk, run_id, seq, ord)
          VALUES (1, 'BTCUSDT', 'ALLOW', 'd${n}', 'r', ${n}, 0)`);
      }
      expect(await growing).toMatchObject({ verdict: 'OK' });
    }, 'cdb engine');
  });
});

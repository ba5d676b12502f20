import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PgTarget } from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { SqlSession } from '../../../src/engine/ports/sql-session.js';
import { applyBaseline } from '../../../src/schema/baseline/apply-baseline.js';
import { planBaseline } from '../../../src/schema/baseline/baseline-plan.js';
import { loadContracts } from '../../../src/schema/contracts/load-contracts.js';
import { loadMigrations } from '../../../src/schema/migration-files.js';
import { compared } from '../../../src/schema/plan/rehearse.js';
import { schemaState } from '../../../src/schema/schema-state.js';
import type { MigrationRun } from '../../../src/schema/migration-run.js';
import { TcpProxy } from '../../fakes/network/tcp-proxy.js';
import { TestDatabase } from '../postgres/test-database.js';
import { oldStacks, oldStackSql, type OldStack } from './old-stack.js';

const files = loadMigrations();
const contracts = loadContracts();
const RUN = { files, clock: systemClock(), cdbVersion: 'test', waitForLockMs: 5_000 };

let database: TestDatabase;
beforeAll(async () => {
  database = await TestDatabase.start('external');
});
afterAll(() => database.end());

async function oldDatabase(stack: OldStack): Promise<PgTarget> {
  const target = await database.create('template1');
  await database.run(target.database, ...oldStackSql(stack));
  return target;
}

function on<T>(target: PgTarget, work: (session: SqlSession) => Promise<T>): Promise<T> {
  return withSqlSession(target, 'test', work);
}

function baseline(target: PgTarget) {
  return on(target, (session) => applyBaseline(session, RUN, contracts));
}

/** Every row of every table that is there, as JSON. */
async function allRows(target: PgTarget): Promise<ReadonlyMap<string, string>> {
  const tables = await database.run(
    target.database,
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n
       ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN ('public', 'cdb_legacy')`,
  );
  const found = new Map<string, string>();
  for (const { schema, name } of tables) {
    const place = `${String(schema)}.${String(name)}`;
    const [row] = await database.run(
      target.database,
      `SELECT coalesce(json_agg(t ORDER BY t::text), '[]')::text AS rows FROM ${place} t`,
    );
    found.set(place, String(row?.['rows']));
  }
  return found;
}

const FULL: OldStack = {
  candles: true,
  riskEvents: '004',
  migrations: ['002', '003', 'governance', '005', '006', '007', '008', '009', '010', '011', '013'],
  claimed: ['1.0.3', '1.1.1'],
  rows: 3,
};

describe('a database of the old stack, with any subset of its migrations', () => {
  it('is brought to this build, and every row of it is there afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(oldStacks, async (stack) => {
        const target = await oldDatabase(stack);
        const before = await allRows(target);
        const plan = await on(target, (session) => planBaseline(session, files));
        const done = await baseline(target);
        const after = await allRows(target);
        const aside = new Map(done.aside.map(({ table, now }) => [`public.${table}`, now]));
        for (const [place, rows] of before) {
          expect(after.get(aside.get(place) ?? place), place).toBe(rows);
        }
        expect(plan.unknown).toEqual([]);
        expect(done.aside.map(({ table }) => table)).toEqual(plan.aside.map(({ table }) => table));
        expect(aside.has('public.risk_events')).toBe(stack.riskEvents !== 'none');
        expect(aside.has('public.candles_1m')).toBe(stack.candles);
        expect(await on(target, (session) => compared(session, contracts))).toEqual([]);
        const state = await on(target, (session) => schemaState(session, files));
        expect(state).toEqual({ state: 'equal', version: files.length });
        const again = await baseline(target);
        expect(again).toEqual({ aside: [], remade: [], applied: [], faults: [] });
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it('is judged by what is there, never by what schema_version claims', async () => {
    const seen = [];
    for (const claimed of [[], ['1.0.10', '1.1.0', '1.1.1']]) {
      const target = await oldDatabase({
        ...FULL,
        riskEvents: 'none',
        migrations: ['011'],
        claimed,
      });
      const plan = await on(target, (session) => planBaseline(session, files));
      expect(plan.claimed).toEqual(claimed);
      seen.push({ aside: plan.aside, lineage: plan.lineage });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.lineage).toMatchObject({ base: true, '002': false, '006': false, '011': true });
  });
});

describe('risk_events of a hot-fix', () => {
  it.each([
    ['v1', [], 'wrong hot-fix (v1)'],
    ['v2', [], 'right hot-fix (v2)'],
    ['v2 too short', [], 'right hot-fix (v2)'],
    ['v2', ['005'], 'right hot-fix (v2) with 005'],
    ['004', ['005'], 'migration 004 with 005'],
  ] as const)('%s %j is recognised, and its rows are kept aside', async (form, more, words) => {
    const target = await oldDatabase({ ...FULL, riskEvents: form, migrations: [...more] });
    const { aside } = await baseline(target);
    expect(aside.find(({ table }) => table === 'risk_events')).toEqual({
      table: 'risk_events',
      form: words,
      rows: 3,
      now: 'cdb_legacy.risk_events',
    });
    expect(await database.run(target.database, 'SELECT * FROM risk_events')).toEqual([]);
    const view = database.run(
      target.database,
      `SELECT DISTINCT decision FROM cdb_legacy.risk_events_normalised`,
    );
    if (form === 'v1') await expect(view).rejects.toThrow('does not exist');
    else expect(await view).toEqual([{ decision: 'BLOCK' }]);
  });

  it('in the place of a table that was ours is put aside, and ours is made again', async () => {
    const target = await database.create();
    const v1 = oldStackSql({ ...FULL, candles: false, riskEvents: 'v1', migrations: [], rows: 0 });
    await database.run(
      target.database,
      'DROP TABLE risk_events',
      v1.find((sql) => sql.includes('contract_code')) ?? '',
      `INSERT INTO risk_events (timestamp, event_id, signal_id, decision, contract_code)
       VALUES (now(), gen_random_uuid(), gen_random_uuid(), 'BLOCKED', 'RC_002')`,
    );
    const done = await baseline(target);
    expect(done).toMatchObject({ aside: [{ rows: 1 }], remade: ['risk_events'], applied: [] });
    expect(await on(target, (session) => compared(session, contracts))).toEqual([]);
    await database.run(target.database, 'DROP TABLE risk_events');
    expect(await baseline(target)).toMatchObject({ aside: [], remade: ['risk_events'] });
    expect(await on(target, (session) => compared(session, contracts))).toEqual([]);
  });

  it('a second time is put beside the first', async () => {
    const target = await oldDatabase({ ...FULL, riskEvents: 'v1', migrations: [], rows: 1 });
    await baseline(target);
    const [v1 = ''] = oldStackSql({ ...FULL, riskEvents: 'v1' }).filter((sql) =>
      sql.includes('contract_code'),
    );
    await database.run(target.database, 'DROP TABLE risk_events', v1);
    expect(await baseline(target)).toMatchObject({ aside: [{ now: 'cdb_legacy_2.risk_events' }] });
  });
});

describe('a connection that is lost at the COMMIT of a takeover', () => {
  const lost = async (act: (proxy: TcpProxy) => void) => {
    const target = await oldDatabase(FULL);
    const before = await allRows(target);
    const proxy = await TcpProxy.start(target.port);
    proxy.onClientBytes = (bytes) => {
      if (bytes.includes('COMMIT\0')) act(proxy);
    };
    const again: MigrationRun['again'] = (work) => {
      proxy.mode = 'pass';
      return on(target, work);
    };
    const done = await withSqlSession({ ...target, port: proxy.port }, 'test', (session) =>
      applyBaseline(session, { ...RUN, again }, contracts),
    ).catch((fault: unknown) => fault);
    await proxy.close();
    return { target, before, done };
  };

  it('is looked up: it was committed', async () => {
    const { target, done } = await lost((proxy) => (proxy.mode = 'lose-answers'));
    expect(done).toMatchObject({ applied: files.map(({ name }) => name) });
    expect(await on(target, (session) => compared(session, contracts))).toEqual([]);
  });

  it('is looked up: it never arrived, and nothing has changed', async () => {
    const { target, before, done } = await lost((proxy) => {
      proxy.cut();
    });
    expect(done).toMatchObject({ code: 'CDB-E0463' });
    expect(await allRows(target)).toEqual(before);
  });
});

describe('what is nothing that is known', () => {
  it.each([
    ['CREATE TABLE orders (n integer)', 'orders', 'nearest is old base, but id is missing'],
    ['CREATE VIEW trades AS SELECT 1 AS n', 'trades', 'it is a view'],
    ['CREATE TABLE runs (n integer)', 'runs', 'the old stack has no table of that name'],
  ])('%s is refused by name, and nothing has changed', async (sql, table, why) => {
    const target = await database.create('template1');
    await database.run(target.database, sql);
    await expect(baseline(target)).rejects.toMatchObject({
      code: 'CDB-E0461',
      what: expect.stringContaining(`"${table}"`) as unknown,
      why: expect.stringContaining(why) as unknown,
    });
    const [row] = await database.run(
      target.database,
      `SELECT to_regclass('schema_history') AS history, to_regnamespace('cdb_legacy') AS aside`,
    );
    expect(row).toEqual({ history: null, aside: null });
  });
});

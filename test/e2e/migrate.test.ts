import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withSqlSession } from '../../src/adapters/postgres/sql-client.js';
import { ledgerFiles } from '../../src/adapters/files/ledger-files.js';
import { loadMigrations } from '../../src/schema/migration-files.js';
import { PROJECT, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { oldStackSql } from '../integration/schema/old-stack.js';

const NAMES = loadMigrations().map(({ name }) => name);
const NEXT = String(NAMES.length + 1).padStart(4, '0');

let server: ExternalPostgres;
const products: string[] = [];
beforeAll(async () => {
  server = await ExternalPostgres.start();
});
afterAll(async () => {
  await server.end();
  for (const directory of products) rmSync(directory, { recursive: true, force: true });
});

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

/** The product with other migrations; `undefined` takes a file away. */
function productWith(migrations: Readonly<Record<string, string | undefined>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'cdb-product-'));
  products.push(directory);
  chmodSync(directory, 0o755);
  for (const part of ['bin', 'dist', 'migrations', 'contracts', 'data', 'package.json']) {
    const filter = (from: string) => !from.endsWith('.map');
    cpSync(join(PROJECT, part), join(directory, part), { recursive: true, filter });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(directory, 'node_modules'));
  for (const [name, sql] of Object.entries(migrations)) {
    const path = join(directory, 'migrations', name);
    if (sql === undefined) rmSync(path);
    else writeFileSync(path, sql);
  }
  return join(directory, 'bin', 'cdb.js');
}

let databases = 0;
async function newDatabase(): Promise<string> {
  databases += 1;
  await server.run('cdb', `CREATE DATABASE m_${databases}`);
  return `m_${databases}`;
}

function cdb(database: string, args: readonly string[], script?: string) {
  const env = { CDB_DATABASE_URL: server.url({ database }) };
  return place.run(args, { env, ...(script !== undefined && { script }) });
}

async function migrated(): Promise<string> {
  const database = await newDatabase();
  const up = await cdb(database, ['migrate', 'up', '--yes']);
  expect(up.status, up.stderr).toBe(0);
  return database;
}

/** Opened and committed, as its page says. */
async function openGate(database: string): Promise<void> {
  const open = ['--ttl', '15m', '--by', 'owner', '--reason', 'test of a change', '--yes'];
  const opened = await cdb(database, ['gate', 'open', 'migrations', ...open]);
  expect(opened.status, opened.stderr).toBe(0);
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=o', '-c', 'user.email=o@example.com', ...args], {
      cwd: place.path,
    });
  git('init', '-q');
  git('add', 'DELIVERY_APPROVED.yaml');
  git('commit', '-q', '-m', 'gate');
}

function report(): string {
  const directory = join(place.stateDir, 'reports');
  return readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('\n');
}

function actions(): readonly unknown[] {
  return [...ledgerFiles(join(place.stateDir, 'ledger')).entries()].map(
    ({ event }) => event.action,
  );
}

const MORE = { [`${NEXT}_more.sql`]: 'CREATE TABLE more (n integer);\n' };
const INDEX = {
  [`${NEXT}_index.sql`]:
    '-- cdb:no-transaction\nCREATE INDEX CONCURRENTLY feed_gaps_reason_idx ON feed_gaps (reason);\n',
};

describe('plan, up --plan and the report', () => {
  it('applies what was frozen under the gate, looks at it, and keeps the steps', async () => {
    const database = await migrated();
    const script = productWith(MORE);
    const plan = join(place.path, 'next.plan');
    const planned = await cdb(database, ['migrate', 'plan', '--out', plan, '--exit-code'], script);
    expect(planned.status, planned.stderr).toBe(1);
    expect(planned.stdout).toContain('gate    migrations is CLOSED');
    expect(planned.stdout).toContain(
      `${NEXT}_more   one transaction\n    create table more (1 columns)`,
    );
    expect(planned.stdout).toMatch(
      /contracts {2}(\d+) of \1 hold afterwards \(tried on the database itself/,
    );
    expect(planned.stdout).toContain('reverse  none');
    expect(planned.stdout).toMatch(/saved .*next\.plan {2}sha256 [0-9a-f]{64}/);
    const refused = await cdb(database, ['migrate', 'up', '--plan', plan, '--yes'], script);
    expect([refused.status, refused.stderr]).toEqual([5, expect.stringContaining('CDB-E0605')]);

    await openGate(database);
    const other = productWith({ [`${NEXT}_more.sql`]: 'CREATE TABLE more (n bigint);\n' });
    const stale = await cdb(database, ['migrate', 'up', '--plan', plan, '--yes'], other);
    expect([stale.status, stale.stderr]).toEqual([6, expect.stringContaining('was changed since')]);
    const up = await cdb(database, ['migrate', 'up', '--plan', plan, '--yes'], script);
    expect(up.status, up.stderr).toBe(0);
    expect(up.stdout).toContain(`verify OK ${NEXT}_more: all 2 things that it makes are there`);
    expect(up.stdout).toContain('verify not judged risk_events: no engine is connected');
    expect(up.stdout).toContain('the gate for migrations is closed again');
    const again = await cdb(database, ['migrate', 'up', '--plan', plan, '--yes'], script);
    expect([again.status, again.stderr]).toEqual([6, expect.stringContaining('CDB-E0456')]);

    expect(report()).toMatch(
      /## Addendum \d\d:\d\d UTC: schema migrated\n\n1\. [\d:]{8} \*\*Pre-check\*\*: .*\n2\. .*\*\*Gate\*\*: opening .*test of a change\n3\. .*\*\*Apply\*\*: \d{4}_more\n(?:.*\*\*Verify\*\*.*\n)+.*\*\*Gate\*\*: closed again\n\nFinal status: OK/,
    );
    const [row] = await server.run(
      database,
      `SELECT who, gate_id IS NOT NULL AS gated, catalog_before <> catalog_after AS changed
       FROM schema_history ORDER BY version DESC LIMIT 1`,
    );
    expect(row).toEqual({ who: 'tester', gated: true, changed: true });
    const status = await cdb(database, ['migrate', 'status', '--exit-code', '--json'], script);
    expect(status.status).toBe(0);
    expect((await cdb(database, ['migrate', 'verify'], script)).stdout).toContain('OK: files,');
  });

  it('names what the code would lose, before anything is applied', async () => {
    const database = await migrated();
    const script = productWith({
      [`${NEXT}_less.sql`]: 'ALTER TABLE risk_events DROP COLUMN payload;\n',
    });
    const planned = await cdb(database, ['migrate', 'plan'], script);
    expect(planned.status).toBe(1);
    expect(planned.stdout).toMatch(/contracts .*tried on a database that was thrown away/);
    expect(planned.stdout).toMatch(/FAIL .*payload/);
  });
});

describe('files that do not fit are refused by name', () => {
  it.each<[string, Readonly<Record<string, string | undefined>>, string, RegExp]>([
    ['edited', { [`${NAMES[1]}.sql`]: 'SELECT 1;\n' }, 'CDB-E0413', /0002_risk_decisions/],
    ['missing', { [`${NAMES[1]}.sql`]: undefined }, 'CDB-E0410', /required number 2, found "0003/],
    [
      'a number twice',
      { '0002_other.sql': 'SELECT 1;\n' },
      'CDB-E0410',
      /"0002_\w+" and "0002_\w+" have the same number/,
    ],
    [
      'the newest gone',
      { [`${NAMES.at(-1)}.sql`]: undefined, [`down/${NAMES.at(-1)}.sql`]: undefined },
      'CDB-E0412',
      /newer cdb/,
    ],
  ])('%s', async (_, change, code, words) => {
    const database = await migrated();
    const up = await cdb(database, ['migrate', 'up', '--yes'], productWith(change));
    expect(up.status).toBe(6);
    expect(up.stderr).toContain(code);
    expect(up.stderr).toMatch(words);
  });

  it.each([
    ['CREATE TABLE more (n integer); COMMIT;\n', 'ends its own transaction'],
    ['-- cdb:no-transaction\nVACUUM runs;\n', 'without a transaction'],
  ])('%s before anything of them is applied', async (sql, words) => {
    const database = await newDatabase();
    const script = productWith({ [`${NEXT}_unfit.sql`]: sql });
    const up = await cdb(database, ['migrate', 'up', '--yes'], script);
    expect([up.status, up.stderr]).toEqual([6, expect.stringContaining('CDB-E0451')]);
    expect(up.stderr).toContain(words);
    expect(await server.run(database, "SELECT to_regclass('runs') AS found")).toEqual([
      { found: null },
    ]);
  });

  it('by a plan too, which commits nothing of it', async () => {
    const database = await migrated();
    const sql = 'CREATE TABLE more (n integer); COMMIT;\n';
    const script = productWith({ [`${NEXT}_unfit.sql`]: sql });
    const plan = await cdb(database, ['migrate', 'plan'], script);
    expect([plan.status, plan.stdout]).toEqual([1, expect.stringContaining('must not end it')]);
    expect(await server.run(database, "SELECT to_regclass('more') AS found")).toEqual([
      { found: null },
    ]);
  });

  it('out of order', async () => {
    const database = await migrated();
    await server.run(database, 'DELETE FROM schema_history WHERE version = 2');
    const up = await cdb(database, ['migrate', 'up', '--yes']);
    expect([up.status, up.stderr]).toEqual([6, expect.stringContaining('CDB-E0450')]);
    const status = await cdb(database, ['migrate', 'status']);
    expect(status.stdout).toMatch(/0002_risk_decisions +came LATE/);
    expect((await cdb(database, ['migrate', 'verify'])).status).toBe(1);
  });
});

describe('several at once', () => {
  it('two runs of migrate up: one works, the other finds nothing to do', async () => {
    const database = await newDatabase();
    const both = await Promise.all([1, 2].map(() => cdb(database, ['migrate', 'up', '--yes'])));
    // Whoever looks while the other works finds a database that is not empty, and would need a gate.
    for (const { status, stderr } of both) expect([0, 5], stderr).toContain(status);
    const applied = both.map(({ stdout }) => stdout.match(/^applied /gm)?.length ?? 0);
    expect(applied.reduce((a, b) => a + b)).toBe(NAMES.length);
    expect((await cdb(database, ['migrate', 'verify'])).status).toBe(0);
  });

  it('three with a file of CREATE INDEX CONCURRENTLY do not wait for each other for ever', async () => {
    const database = await newDatabase();
    const script = productWith(INDEX);
    const all = await Promise.all(
      [1, 2, 3].map(() => cdb(database, ['migrate', 'up', '--yes'], script)),
    );
    const applied = all.map(({ stdout }) => stdout.match(/^applied /gm)?.length ?? 0);
    expect(
      applied.reduce((a, b) => a + b),
      all.map(({ stderr }) => stderr).join(),
    ).toBe(NAMES.length + 1);
    expect((await cdb(database, ['migrate', 'verify'], script)).stdout).toContain('OK: files,');
  });

  it('one that is killed in the middle of it is found, and repaired by the next', async () => {
    const database = await migrated();
    const script = productWith(INDEX);
    await openGate(database);
    const env = { CDB_DATABASE_URL: server.url({ database }) };
    await holding(database, async () => {
      const up = place.start(['migrate', 'up', '--yes'], { env, script });
      const building = `SELECT pid FROM pg_stat_activity WHERE datname = '${database}'
        AND query LIKE '%CONCURRENTLY feed_gaps%' AND wait_event_type = 'Lock'`;
      await until(
        'the index is being built',
        async () => (await server.run('cdb', building)).length > 0,
      );
      up.kill('SIGKILL');
      await up.ended;
      const verify = await cdb(database, ['migrate', 'verify'], script);
      expect(verify.status).toBe(1);
      expect(verify.stdout).toMatch(
        new RegExp(`FAIL +${NEXT}_index .* begun, and nobody saw its end`),
      );
      expect(verify.stdout).toMatch(/index feed_gaps_reason_idx is half built/);
      const held = await cdb(database, ['gate', 'list']);
      expect(held.status).toBe(0);
      await server.run('cdb', building.replace('SELECT pid', 'SELECT pg_terminate_backend(pid)'));
    });
    expect((await cdb(database, ['migrate', 'status'], script)).stdout).toContain('INTERRUPTED');
    await openGateAgain(database);
    const next = await cdb(database, ['migrate', 'up', '--yes'], script);
    expect(next.status, next.stderr).toBe(0);
    expect((await cdb(database, ['migrate', 'verify'], script)).stdout).toContain('OK: files,');
  });
});

/** While a writer of the table has not ended its transaction, the index waits for it. */
async function holding(database: string, work: () => Promise<void>): Promise<void> {
  await withSqlSession({ ...server.connection, database }, 'writer', async (session) => {
    await session.query('BEGIN');
    await session.query('LOCK TABLE feed_gaps IN ROW EXCLUSIVE MODE');
    await work();
    await session.query('COMMIT');
  });
}

/** The first was spent by the run that was killed. */
async function openGateAgain(database: string): Promise<void> {
  const closed = await cdb(database, ['gate', 'close', 'migrations']);
  expect(closed.status, closed.stderr).toBe(0);
  await openGate(database);
}

it('cdb migrate says what is missing, and never that all is well, where a table is gone', async () => {
  const database = await migrated();
  await server.run(database, 'DROP TABLE risk_events');
  const words = 'FAIL: nothing is pending, but not as their contracts say: risk_events; next: ';
  for (const args of [
    ['status', '--exit-code'],
    ['plan', '--out', 'next.plan'],
    ['up', '--yes'],
  ]) {
    const told = await cdb(database, ['migrate', ...args]);
    expect([told.status, told.stdout], args[0]).toEqual([1, expect.stringContaining(words)]);
  }
});

it('cdb migrate names what it cannot write, and what was not said', async () => {
  const database = await newDatabase();
  const plan = await cdb(database, ['migrate', 'plan', '--out', '/proc/none/next.plan']);
  expect([plan.status, plan.stderr]).toEqual([6, expect.stringContaining('CDB-E0468')]);
  const down = await cdb(database, ['migrate', 'down']);
  expect([down.status, down.stderr]).toEqual([2, expect.stringContaining('--to is missing')]);
});

it('cdb migrate up --to judges no table that a file to come changes', async () => {
  const database = await newDatabase();
  const up = await cdb(database, ['migrate', 'up', '--to', '0003_trading', '--yes']);
  expect(up.status, up.stdout).toBe(0);
  expect(up.stdout).toContain('verify OK orders: as its contract says');
  expect(up.stdout).toMatch(/verify not judged runs: still to come: 0004_portfolio, .*run_group/);
});

describe('cdb migrate down', () => {
  it('takes back what has a reverse, after the losses, the words and the gate', async () => {
    const database = await migrated();
    const down = ['migrate', 'down', '--to', '9'];
    const dry = await cdb(database, [...down, '--dry-run']);
    expect(dry.status, dry.stderr).toBe(0);
    expect(dry.stderr).toContain('DESTROYS column record of control_events (0 rows now)');
    const closed = await cdb(database, [...down, '--yes']);
    expect([closed.status, closed.stderr]).toEqual([5, expect.stringContaining('CDB-E0605')]);
    await openGate(database);
    const yes = await cdb(database, [...down, '--yes']);
    expect([yes.status, yes.stderr]).toEqual([5, expect.stringContaining('CDB-E0464')]);
    const target = `127.0.0.1:${server.port}/${database}`;
    const words = ['--reason', 'test of the way back', '--confirm', target];
    const taken = await cdb(database, [...down, ...words]);
    expect(taken.status, taken.stderr).toBe(0);
    expect(taken.stdout).toContain(
      'taken back 0010_control_register: the schema is as it was before it',
    );
    expect(actions()).toContain('schema taken back');
    expect(report()).toContain('Losses');
    expect((await cdb(database, ['migrate', 'status', '--exit-code'])).status).toBe(1);
    const stuck = await cdb(database, ['migrate', 'down', '--to', '0003_trading', ...words]);
    expect([stuck.status, stuck.stderr]).toEqual([6, expect.stringContaining('CDB-E0457')]);
    const none = await cdb(database, ['migrate', 'down', '--to', '99', ...words]);
    expect([none.status, none.stderr]).toEqual([8, expect.stringContaining('CDB-E0459')]);
  });
});

describe('cdb migrate baseline', () => {
  it('takes an old database over without losing a row, and an engine runs on it', async () => {
    const database = await newDatabase();
    const migrations = ['002', '003', 'governance', '006', '011'];
    const claimed = ['1.0.3', '1.1.1'];
    const old = { candles: true, riskEvents: 'v1', migrations, claimed, rows: 4 } as const;
    await server.run(database, ...oldStackSql(old));
    const up = await cdb(database, ['migrate', 'up', '--yes']);
    expect([up.status, up.stderr]).toEqual([6, expect.stringContaining('CDB-E0460')]);
    const dry = await cdb(database, ['migrate', 'baseline', '--dry-run']);
    expect(dry.status, dry.stderr).toBe(0);
    expect(dry.stderr).toContain('aside   risk_events: wrong hot-fix (v1), 4 rows, kept whole');
    expect(dry.stderr).toContain('claimed 1.0.3, 1.1.1 (schema_version; not used)');
    const closed = await cdb(database, ['migrate', 'baseline', '--yes']);
    expect([closed.status, closed.stderr]).toEqual([5, expect.stringContaining('CDB-E0605')]);
    await openGate(database);
    const done = await cdb(database, ['migrate', 'baseline', '--yes']);
    expect(done.status, done.stderr).toBe(0);
    expect(done.stdout).toContain('aside   orders is cdb_legacy.orders, 4 rows');
    expect(done.stdout).toContain('no row lost');
    expect(report()).toContain('risk_events (wrong hot-fix (v1)), 4 rows before and after');
    expect(actions()).toContain('old database taken over');
    expect((await cdb(database, ['migrate', 'verify'])).stdout).toContain('OK: files,');
    const run = await cdb(database, ['run', '--paper', '--feed', 'sample', '--speed', 'max']);
    expect(run.status, run.stderr).toBe(0);
    const verdict = await verifyNewestRun(place.stateDir, { ...server.connection, database });
    expect(verdict).toMatchObject({ faults: [], finished: true });
  });
});

describe('the embedded database', () => {
  it('has what a start applied by itself in the ledger, and is taken back without a gate', async () => {
    const run = await place.run(['run', '--feed', 'sample', '--speed', 'max']);
    expect(run.status, run.stderr).toBe(0);
    const [event] = [...ledgerFiles(join(place.stateDir, 'ledger')).entries()]
      .map((entry) => entry.event)
      .filter(({ kind }) => kind === 'migration');
    expect(event).toMatchObject({
      action: 'schema migrated',
      who: 'cdb run',
      details: { kind: 'embedded', gate: null, before: null, after: NAMES.at(-1), applied: NAMES },
    });
    const words = ['--reason', 'test', '--confirm', 'embedded/cdb'];
    const down = await place.run(['migrate', 'down', '--to', NAMES.at(-2) ?? '', ...words]);
    expect(down.status, down.stderr).toBe(0);
    expect(down.stderr).toContain('gate    not needed');
    expect((await place.run(['migrate', 'up', '--dry-run'])).stdout).toContain('would apply');
    expect((await place.run(['migrate', 'up', '--yes'])).status).toBe(0);
    expect((await place.run(['migrate', 'verify'])).status).toBe(0);
  });
});

describe('cdb migrate new', () => {
  it('writes a template under the next number, and refuses names that are none', async () => {
    const script = productWith({});
    const directory = join(script, '../../migrations');
    const begin = (name: string) => place.run(['migrate', 'new', name], { script });
    expect((await begin('add_things')).status).toBe(0);
    expect(readFileSync(join(directory, `${NEXT}_add_things.sql`), 'utf8')).toContain(
      '-- cdb:verify',
    );
    for (const name of ['Bad', 'a b', '../x', '1x', 'add_things']) {
      const refused = await begin(name);
      expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('CDB-E0466')]);
    }
    expect(readdirSync(directory).filter((name) => name.startsWith(NEXT))).toHaveLength(1);
  });
});

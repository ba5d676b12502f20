import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askReadyz, askStatus, freePort } from '../chaos/ask.js';
import { PROJECT, Workplace } from '../chaos/engine-process.js';
import { verifyNewestRun } from '../chaos/verify-run.js';
import { until } from '../integration/embedded/embedded-fixture.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { TransactionPooler } from './transaction-pooler.js';
import { ledgerFiles } from '../../src/adapters/files/ledger-files.js';
import { loadMigrations } from '../../src/schema/migration-files.js';

const RUN = ['run', '--paper', '--feed', 'sample', '--speed'];
const PENDING_NAMES = loadMigrations().map(({ name }) => name);
const PENDING = PENDING_NAMES.length;

let server: ExternalPostgres;
beforeAll(async () => {
  server = await ExternalPostgres.start();
});
afterAll(() => server.end());

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(async () => {
  const files = readdirSync(place.path, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
  await place.end();
  expect(texts.join('\n')).not.toContain(server.password);
});

let databases = 0;
/** An empty database of one test. */
async function newDatabase(): Promise<string> {
  databases += 1;
  const name = `d_${databases}`;
  await server.run('cdb', `CREATE DATABASE ${name}`);
  return name;
}

async function cdb(url: string, ...args: readonly string[]) {
  const result = await place.run(args, { env: { CDB_DATABASE_URL: url } });
  expect(result.stdout + result.stderr).not.toContain(server.password);
  return result;
}

async function migrated(): Promise<string> {
  const database = await newDatabase();
  const up = await cdb(server.url({ database }), 'migrate', 'up', '--yes');
  expect(up.status, up.stderr).toBe(0);
  return database;
}

async function count(database: string, table: string): Promise<number> {
  const [row] = await server.run(database, `SELECT count(*)::int AS n FROM ${table}`);
  return Number(row?.['n']);
}

describe('cdb migrate on an external database', () => {
  it('says what is pending, applies it after a yes, and runs on it then', async () => {
    const database = await newDatabase();
    const url = server.url({ database });
    const where = `127.0.0.1:${server.port}/${database}`;

    const early = await cdb(url, ...RUN, 'max');
    expect(early.status).toBe(6);
    expect(early.stderr).toContain(`CDB-E0416: Cannot run on the database ${where}: ${PENDING} `);
    expect(early.stderr).toContain('0001_runs_and_cursor, 0002_risk_decisions');
    expect(early.stderr).toMatch(/fix: +cdb migrate up --state-dir /);
    for (const command of ['fills', 'blocks']) {
      const { status, stderr } = await cdb(url, command);
      expect(status).toBe(6);
      expect(stderr).toContain(`CDB-E0428: The database ${where} has not the schema`);
    }
    const plain = await cdb(url, 'migrate', 'status');
    expect(plain.status).toBe(0);
    expect(plain.stdout).toMatch(
      new RegExp(`^target  PostgreSQL \\d.* at ${where} as cdb, no TLS`),
    );
    expect(plain.stdout).toMatch(/0007_feed_gaps +PENDING/);
    expect((await cdb(url, 'migrate', 'status', '--exit-code')).status).toBe(1);

    const unasked = await cdb(url, 'migrate', 'up');
    expect(unasked.status).toBe(5);
    expect(unasked.stderr).toContain('CDB-E0417');
    expect(unasked.stderr).toMatch(/fix: +cdb migrate up --state-dir \S+ --yes/);
    const up = await cdb(url, 'migrate', 'up', '--yes', '--json');
    expect(up.status, up.stderr).toBe(0);
    expect(up.stderr).toContain(`target  PostgreSQL`);
    expect(up.stderr).toContain('gate    not needed: the database is empty');
    const { schema, data } = JSON.parse(up.stdout) as {
      schema: string;
      data: { applied: string[] };
    };
    expect(schema).toBe('cdb.migrate.up/1');
    expect(data.applied).toHaveLength(PENDING);
    const again = await cdb(url, 'migrate', 'up');
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing to do') });
    const after = await cdb(url, 'migrate', 'status', '--exit-code', '--json');
    expect(after.status).toBe(0);
    expect(JSON.parse(after.stdout)).toMatchObject({
      data: { kind: 'external', state: 'equal', migrations: { length: PENDING } },
    });

    const run = await cdb(url, ...RUN, 'max');
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toMatch(new RegExp(`OK database +PostgreSQL .* at ${where} as cdb, no TLS`));
    const verdict = await verifyNewestRun(place.stateDir, { ...server.connection, database });
    expect(verdict).toMatchObject({ faults: [], finished: true });
    expect(await count(database, 'risk_events')).toBeGreaterThan(0);
  });

  it('changes what somebody has filled under an open gate only, once, and closes it', async () => {
    const database = await newDatabase();
    const url = server.url({ database });
    await server.run(database, 'CREATE TABLE theirs (n integer)', 'INSERT INTO theirs VALUES (1)');
    const refused = await cdb(url, 'migrate', 'up', '--yes');
    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain('error CDB-E0605: No open gate covers "migrations"');
    expect(refused.stderr).toMatch(/fix: +cdb gate open --state-dir \S+ migrations --ttl 15m/);

    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=o', '-c', 'user.email=o@example.com', ...args], {
        cwd: place.path,
      });
    const open = ['--ttl', '15m', '--by', 'owner', '--reason', 'first schema', '--yes'];
    expect((await cdb(url, 'gate', 'open', 'migrations', ...open)).status).toBe(0);
    expect((await cdb(url, 'migrate', 'up', '--yes')).stderr).toContain('is not committed');
    git('init', '-q');
    git('add', 'DELIVERY_APPROVED.yaml');
    git('commit', '-q', '-m', 'gate');
    expect((await cdb(url, 'gate', 'check', 'migrations')).status).toBe(0);
    const up = await cdb(url, 'migrate', 'up', '--yes');
    expect(up.status, up.stderr).toBe(0);
    expect(up.stdout).toContain(`OK: ${PENDING} applied; the gate for migrations is closed again`);
    expect((await cdb(url, 'gate', 'check', 'migrations')).status).toBe(1);
    expect(await count(database, 'theirs')).toBe(1);
    const entries = [...ledgerFiles(join(place.stateDir, 'ledger')).entries()];
    const last = PENDING_NAMES.at(-1);
    expect(entries.map(({ event }) => event)).toMatchObject([
      { action: 'gate opened' },
      { action: 'gate used', why: 'first schema' },
      {
        kind: 'migration',
        who: 'tester',
        details: { gate: { scope: 'migrations', approved_by: 'owner' }, before: null, after: last },
      },
      { action: 'gate closed', why: 'used by cdb migrate up' },
    ]);
  });

  it('refuses a migration that was changed after it was applied, by name', async () => {
    const database = await migrated();
    await server.run(
      database,
      `UPDATE schema_history SET sha256 = repeat('f', 64) WHERE version = 2`,
    );
    const url = server.url({ database });
    for (const args of [
      ['migrate', 'up', '--yes'],
      [...RUN, 'max'],
    ]) {
      const { status, stderr } = await cdb(url, ...args);
      expect(status).toBe(6);
      expect(stderr).toMatch(/CDB-E0413: .*"0002_risk_decisions" changed after it was applied/);
    }
    const { stdout } = await cdb(url, 'migrate', 'status');
    expect(stdout).toMatch(/0002_risk_decisions +CHANGED after it was applied/);
  });

  it('finds a pooler of transactions and changes nothing', async () => {
    const pooler = await TransactionPooler.before(server);
    try {
      const { status, stderr } = await cdb(
        server.url({ port: pooler.port }),
        ...['migrate', 'up', '--yes'],
      );
      expect(status).toBe(6);
      expect(stderr).toContain('CDB-E0418');
      const [row] = await server.run('cdb', `SELECT to_regclass('schema_history') AS found`);
      expect(row).toEqual({ found: null });
    } finally {
      await pooler.end();
    }
  });
});

describe('cdb migrate on the embedded database', () => {
  it('makes nothing, and finds nothing pending once there was a run', async () => {
    const early = await place.run(['migrate', 'up']);
    expect(early).toMatchObject({ status: 0, stdout: expect.stringContaining('first cdb run') });
    expect((await place.run(['migrate', 'status', '--exit-code'])).status).toBe(1);
    const run = await place.run([...RUN, 'max']);
    expect(run.status, run.stderr).toBe(0);
    const { status, stdout } = await place.run(['migrate', 'status', '--exit-code']);
    expect(status).toBe(0);
    expect(stdout).toContain(`target  embedded PostgreSQL in ${place.stateDir}/pg`);
    expect(stdout).toMatch(/0007_feed_gaps +applied, checksum ok/);
    expect((await place.run(['migrate', 'up'])).stdout).toContain('nothing to do');
  });
});

describe('the roles of the page', () => {
  it('are enough for each task, and for no more', async () => {
    const [roles = '', schema = '', after = ''] = sqlBlocks();
    await server.run('postgres', ...statementsOf(roles).filter((line) => !/DATABASE/.test(line)));
    for (const role of ['owner', 'writer', 'reader']) {
      await server.run('cdb', `ALTER ROLE cdb_${role} PASSWORD '${server.password}'`);
    }
    const database = await newDatabase();
    await server.run('cdb', `ALTER DATABASE ${database} OWNER TO cdb_owner`);
    await server.run(database, ...statementsOf(schema));
    const as = (role: string) => server.url({ user: `cdb_${role}`, database });

    const refused = await cdb(as('writer'), 'migrate', 'up', '--yes');
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('CDB-E0426') });
    const up = await cdb(as('owner'), 'migrate', 'up', '--yes');
    expect(up.status, up.stderr).toBe(0);
    const early = await cdb(as('writer'), ...RUN, 'max');
    expect(early).toMatchObject({ status: 3, stderr: expect.stringContaining('CDB-E0426') });
    await server.run(database, ...statementsOf(after));
    const run = await cdb(as('writer'), ...RUN, 'max', '--restart');
    expect(run.status, run.stderr).toBe(0);

    const readOnly = await cdb(as('reader'), ...RUN, 'max', '--restart');
    expect(readOnly).toMatchObject({ status: 6, stderr: expect.stringContaining('CDB-E0424') });
    const status = await cdb(as('reader'), 'migrate', 'status', '--exit-code');
    expect(status.status, status.stderr).toBe(0);
    const elsewhere = new Workplace();
    try {
      const env = { CDB_DATABASE_URL: as('reader') };
      const fills = await elsewhere.run(['fills', '--json'], { env });
      expect(fills.status, fills.stderr).toBe(0);
      const listed = JSON.parse(fills.stdout) as {
        data: { total: number; fills: { fill_id: string }[] };
      };
      expect(listed.data.total).toBe(await count(database, 'trades'));
      const explained = await elsewhere.run(
        ['explain', listed.data.fills.at(-1)?.fill_id ?? 'no fill'],
        { env },
      );
      expect(explained.status, explained.stderr).toBe(0);
      expect(explained.stdout).toMatch(/^position .* side /m);
      const blocks = await elsewhere.run(['blocks'], { env });
      expect(blocks.status, blocks.stderr).toBe(0);
      expect(blocks.stdout).toMatch(/RC_|RK_/);
      const audit = await elsewhere.run(['audit', 'verify', '--output', 'jsonl'], { env });
      expect(audit.status, audit.stderr).toBe(1);
      const checked = audit.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditLine);
      const stateOf = (wanted: string) =>
        checked.filter(({ data }) => data.chain === wanted).map(({ data }) => data.state);
      // The ledger is with the engine; what the reader sees of the database is whole.
      expect(stateOf('ledger')).toEqual(['not verified']);
      expect(new Set(stateOf('risk_events'))).toEqual(new Set(['ok']));
    } finally {
      await elsewhere.end();
    }
    await expect(
      server.run(database, 'SET ROLE cdb_writer', 'UPDATE risk_events SET symbol = symbol'),
    ).rejects.toThrow('permission denied');
  });
});

interface AuditLine {
  readonly data: { readonly chain: string; readonly state: string };
}

function sqlBlocks(): readonly string[] {
  const page = readFileSync(join(PROJECT, 'docs/database.md'), 'utf8');
  return [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, text = '']) => text);
}

function statementsOf(block: string): readonly string[] {
  return block.split(';').filter((statement) => statement.trim() !== '');
}

describe('fills -f on an external database', () => {
  it('goes on over an outage of the server, without an engine, and repeats nothing', async () => {
    const database = await migrated();
    const env = { CDB_DATABASE_URL: server.url({ database }) };
    const follower = place.start(['fills', '-f', '-n', '1000', '--output', 'jsonl'], { env });
    const engine = new Workplace();
    try {
      const first = await engine.run([...RUN, 'max'], { env });
      expect(first.status, first.stderr).toBe(0);
      const fills = await count(database, 'trades');
      const seen = () => follower.stdout.split('\n').filter(Boolean).length;
      await until('every fill is followed', () => seen() === fills);
      await server.stop();
      await until('the outage is told', () => follower.stderr.includes('for the database'));
      await server.startAgain();
      await until('its end is told', () => follower.stderr.includes('the database answers again'));
      const second = await engine.run([...RUN, 'max', '--restart'], { env });
      expect(second.status, second.stderr).toBe(0);
      await until('the fills of the next run too', () => seen() === 2 * fills);
      follower.kill('SIGINT');
      expect((await follower.ended).status).toBe(130);
      const ids = follower.stdout.match(/"fill_id":"[^"]+"/g) ?? [];
      expect(new Set(ids).size).toBe(2 * fills);
      expect(follower.stderr).not.toContain(server.password);
    } finally {
      await engine.end();
    }
  });
});

describe('an external database that goes away under a run', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'and comes back (%s) costs no decision and no order without its audit',
    async (signal) => {
      const database = await migrated();
      const port = await freePort();
      const env = {
        CDB_DATABASE_URL: server.url({ database }),
        CDB_METRICS_PORT: String(port),
      };
      const engine = place.start([...RUN, '300'], { env });
      await until(
        'decisions are committed',
        async () => (await count(database, 'risk_events')) > 5,
      );
      await server.stop(signal);
      await until('the stall is on the screen', async () => {
        const { text } = await askStatus(place);
        return text.includes(`external, 127.0.0.1:${server.port}/${database}, away`);
      });
      expect((await askReadyz(port))?.status).toBe(503);
      await server.startAgain();
      await until('effects flow again', async () => (await askReadyz(port))?.status === 200);
      engine.kill('SIGINT');
      expect((await engine.ended).status, engine.words).toBe(130);
      expect(engine.stdout).toContain('drained: every decision is in the audit trail');
      expect(engine.stderr.match(/the database is away/g)).toHaveLength(1);
      expect(engine.stderr.match(/the database answers again/g)).toHaveLength(1);
      const target = { ...server.connection, database };
      const rest = await place.run([...RUN, 'max'], { env });
      expect(rest.status, rest.stderr).toBe(0);
      const verdict = await verifyNewestRun(place.stateDir, target);
      expect(verdict).toMatchObject({ faults: [], finished: true });
      expect(verdict.inputKinds).toMatchObject({ AuditStalled: 1, AuditRecovered: 1 });
    },
  );
});

describe('an external database that cannot be used', () => {
  const cases: readonly (readonly [string, () => string, number, string])[] = [
    ['nobody listens', () => server.url({ port: 1 }), 4, 'CDB-E0420'],
    ['the password is wrong', () => server.url({ password: 'wrong-hush' }), 3, 'CDB-E0421'],
    ['there is no such user', () => server.url({ user: 'nobody' }), 3, 'CDB-E0421'],
    ['there is no such database', () => server.url({ database: 'none' }), 3, 'CDB-E0421'],
    ['its authority is unknown', () => server.url({ query: '?sslmode=require' }), 3, 'CDB-E0422'],
    ['its name is another', () => tls('verify-full', '127.0.0.1'), 3, 'CDB-E0422'],
    ['the CA is not there', () => `${tls('require')}x`, 3, 'CDB-E0422'],
    ['the URL weakens itself', () => `${tls('require')}&ssl=0`, 3, 'CDB-E0101'],
    ['it would take plain text', () => server.url({ query: '?sslmode=prefer' }), 3, 'CDB-E0101'],
  ];

  it.each(cases)('is refused when %s', async (_, url, exit, code) => {
    for (const args of [
      [...RUN, 'max'],
      ['migrate', 'status'],
      ['fills', '--json'],
    ]) {
      const { status, stdout, stderr } = await cdb(url(), ...args);
      expect(`${status} ${stderr}`).toContain(code);
      expect(status).toBe(exit);
      expect(stdout + stderr).not.toContain('hush');
    }
  });

  it.each([
    ['require', 'localhost'],
    ['verify-ca', '127.0.0.1'],
    ['verify-full', 'localhost'],
  ])('is used with sslmode=%s when its certificate is right for %s', async (mode, host) => {
    const { status, stdout, stderr } = await cdb(tls(mode, host), 'migrate', 'status');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/ as cdb, TLS\n/);
  });

  it('is not spoken to in plain text when it offers no TLS', async () => {
    await server.stop();
    await server.startAgain('ssl=off');
    try {
      const { status, stderr } = await cdb(tls('require'), 'migrate', 'status');
      expect(status).toBe(3);
      expect(stderr).toContain('CDB-E0422');
    } finally {
      await server.stop();
      await server.startAgain();
    }
  });
});

function tls(mode: string, host = 'localhost'): string {
  return server.url({ host, query: `?sslmode=${mode}&sslrootcert=${server.caFile}` });
}

it('takes the URL from a file, and starts no database of its own', async () => {
  const database = await migrated();
  const elsewhere = mkdtempSync(join(tmpdir(), 'cdb-url-'));
  const file = join(elsewhere, 'pg.url');
  writeFileSync(file, server.url({ database }), { mode: 0o600 });
  const run = await place.run([...RUN, 'max'], { env: { CDB_POSTGRES_URL_FILE: file } });
  expect(run.status, run.stderr).toBe(0);
  rmSync(elsewhere, { recursive: true });
  expect(existsSync(join(place.stateDir, 'pg'))).toBe(false);
  expect(await count(database, 'risk_events')).toBeGreaterThan(0);
});

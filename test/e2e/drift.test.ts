import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { STREAM_FIELDS } from '../../src/engine/domain/wire/stream-fields.js';
import { Workplace } from '../chaos/engine-process.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';
import { RedisServer } from '../integration/redis/redis-fixture.js';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const RUN = ['run', '--paper', '--feed', 'sample', '--speed', 'max'];

let server: ExternalPostgres;
beforeAll(async () => {
  server = await ExternalPostgres.start();
});
afterAll(() => server.end());

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.end());

let databases = 0;
async function migrated(): Promise<{ readonly url: string; readonly database: string }> {
  databases += 1;
  const database = `d_${databases}`;
  await server.run('cdb', `CREATE DATABASE ${database}`);
  const url = server.url({ database });
  const up = await cdb(url, 'migrate', 'up', '--yes');
  expect(up.status, up.stderr).toBe(0);
  return { url, database };
}

async function cdb(url: string | null, ...args: readonly string[]) {
  const result = await place.run(args, { env: url === null ? {} : { CDB_DATABASE_URL: url } });
  expect(result.stdout + result.stderr).not.toContain(server.password);
  return result;
}

describe('cdb drift on an external database', () => {
  it('matches after a migration, in text, JSON and annotations', async () => {
    const { url } = await migrated();
    const text = await cdb(url, 'drift');
    expect(text.status, text.stdout).toBe(0);
    expect(text.stdout).toMatch(/^target {3}PostgreSQL \d+.* as cdb, no TLS {3}schema public$/m);
    expect(text.stdout).toMatch(/^OK: no drift {3}exit 0$/m);
    const json = await cdb(url, 'drift', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: 'cdb.drift/1',
      data: { verdict: 'match', fail: 0, warn: 0, kind: 'external', findings: [] },
    });
    expect(await cdb(url, 'drift', '--format', 'github')).toMatchObject({ status: 0, stdout: '' });
  });

  it('names the table, the column and what comes next, and a start is refused', async () => {
    const { url, database } = await migrated();
    await server.run(
      database,
      'ALTER TABLE risk_events ALTER COLUMN contract_version TYPE varchar(10)',
      'ALTER TABLE risk_events RENAME COLUMN reason_code TO reason',
    );
    const text = await cdb(url, 'drift');
    expect(text.status).toBe(1);
    expect(text.stdout).toMatch(/^table risk_events +live db +code INSERT +contract$/m);
    expect(text.stdout).toMatch(/^ {2}reason_code varchar\(20\) +MISSING +sent +ok +FAIL$/m);
    expect(text.stdout).toMatch(
      /^ {2}contract_version varchar\(50\) +varchar\(10\) +sent +ok +FAIL$/m,
    );
    expect(text.stdout).toMatch(/^ {2}reason varchar\(20\) +ok +- +MISSING +WARN$/m);
    expect(text.stdout).toMatch(
      /^\d+ FAIL \d+ WARN {3}fix: cdb migrate verify --state-dir \S+ {3}exit 1$/m,
    );

    const json = await cdb(url, 'drift', '--tables', 'risk_events', '--json');
    const { data } = JSON.parse(json.stdout) as {
      data: { verdict: string; findings: { subject: string; kind: string; found: string }[] };
    };
    expect(data.verdict).toBe('drift');
    expect(data.findings).toContainEqual(
      expect.objectContaining({ kind: 'type', subject: 'contract_version', found: 'varchar(10)' }),
    );
    const annotated = await cdb(url, 'drift', '--format', 'github');
    expect(annotated.status).toBe(1);
    expect(annotated.stdout).toMatch(
      /^::error title=cdb drift%3A column missing risk_events\.reason_code::column reason_code of/m,
    );
    expect((await cdb(url, 'drift', '--tables', 'orders,trades')).status).toBe(0);

    const run = await cdb(url, ...RUN);
    expect(run.status).toBe(6);
    expect(run.stderr).toContain('CDB-E0442');
    expect(run.stderr).toContain('column reason_code of table risk_events does not exist');
    expect(run.stderr).toMatch(/fix: +cdb drift --state-dir /);
  });

  it('only warns of what refuses nothing, and a start is not refused', async () => {
    const { url, database } = await migrated();
    await server.run(database, 'ALTER TABLE feed_gaps ADD COLUMN note text');
    const text = await cdb(url, 'drift');
    expect(text.status).toBe(0);
    expect(text.stdout).toMatch(/^1 WARN {3}exit 0$/m);
    const run = await cdb(url, ...RUN);
    expect(run.status, run.stderr).toBe(0);
    expect((await cdb(url, 'drift', '--json')).status).toBe(0);
    expect(await cdb(url, 'contracts', 'check', '--streams')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^stream\.fills +OK +\d+ entries from files$/m),
    });
  });

  it('needs no right to write', async () => {
    const { database } = await migrated();
    await server.run(
      database,
      `CREATE ROLE reader_${databases} LOGIN PASSWORD 'r'`,
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader_${databases}`,
    );
    const url = server.url({ database, user: `reader_${databases}`, password: 'r' });
    const own = await cdb(url, 'drift');
    expect(own.status).toBe(1);
    expect(own.stdout).toContain('GRANT INSERT, UPDATE ON orders TO reader_');
    expect(own.stdout).toMatch(/fix: the GRANT that is named above/);
    expect((await cdb(url, 'drift', '--role', 'cdb')).status).toBe(0);
  });

  it('is unreachable where nobody answers', async () => {
    const url = server.url({ port: 1 });
    expect(await cdb(url, 'drift')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('CDB-E0420'),
    });
  });
});

describe('cdb drift on the embedded database', () => {
  it('starts it for the look, before and after a run', async () => {
    const early = await cdb(null, 'drift');
    expect(early).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('nothing to compare'),
    });
    const run = await cdb(null, ...RUN);
    expect(run.status, run.stderr).toBe(0);
    const after = await cdb(null, 'drift', '--json');
    expect(after.status, after.stdout).toBe(0);
    const { data } = JSON.parse(after.stdout) as {
      data: { tables: { table: string; rows_looked_at: number; values: unknown[] }[] };
    };
    const events = data.tables.find(({ table }) => table === 'risk_events');
    expect(events?.rows_looked_at).toBeGreaterThan(100);
    expect(events?.values).toContainEqual({
      column: 'contract_version',
      kind: 'longest',
      rule: '50',
      seen: '20',
    });
  });
});

describe('cdb drift --code', () => {
  const source = (name: string) => join(FIXTURES, 'reference-sources', name);
  const contracts = (name: string) => ['--contracts', join(FIXTURES, 'contracts', name)];

  it('compares the INSERT of another program with a contract, without a database', async () => {
    const match = await cdb(null, 'drift', '--code', source('risk_6.py'), ...contracts('d'));
    expect(match.status, match.stdout).toBe(0);
    expect(match.stdout).toContain('INSERT   risk_events at ');
    const differs = await cdb(null, 'drift', '--code', source('risk_8.py'), ...contracts('d'));
    expect(differs.status).toBe(1);
    expect(differs.stdout).toMatch(/FAIL {2}column decision_pk is sent to table risk_events by /);
    const annotated = await cdb(
      null,
      ...['drift', '--code', source('risk_8.py'), ...contracts('d'), '--format', 'github'],
    );
    expect(annotated.stdout).toMatch(/^::error file=\S+risk_8\.py,line=4,title=/m);
  });

  it('fails where there is no file or no SQL in it', async () => {
    expect(await cdb(null, 'drift', '--code', 'nowhere.py')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('CDB-E0441'),
    });
    expect(await cdb(null, 'drift', '--code', source('README.md'))).toMatchObject({ status: 1 });
  });

  it('prepares its statements on the database where that is asked for', async () => {
    const { url } = await migrated();
    const file = source('dashboard.json');
    const live = await cdb(url, 'drift', '--code', file, '--live');
    expect(live.status).toBe(1);
    expect(live.stdout).toContain('timestamp with time zone / integer');
  });
});

/** With every field that an entry of the stream can have. */
function entryOf(stream: keyof typeof STREAM_FIELDS): Record<string, string> {
  return Object.fromEntries(Object.keys(STREAM_FIELDS[stream]).map((field) => [field, 'x']));
}

describe('cdb contracts', () => {
  it('lists, shows and checks them without a database', async () => {
    const list = await cdb(null, 'contracts', 'list', '--json');
    const { data } = JSON.parse(list.stdout) as { data: { contracts: { table: string }[] } };
    expect(data.contracts.map(({ table }) => table)).toContain('risk_events');
    const show = await cdb(null, 'contracts', 'show', 'risk_events');
    const file = join(import.meta.dirname, '../../contracts/risk_events.yaml');
    expect(show.stdout).toBe(readFileSync(file, 'utf8'));
    expect((await cdb(null, 'contracts', 'show', 'nothing')).status).toBe(8);
    expect(await cdb(null, 'contracts', 'check')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('OK: no drift'),
    });
  });

  it('fails where a contract and this build differ', async () => {
    const directory = join(place.path, 'contracts');
    mkdirSync(directory);
    const shipped = join(import.meta.dirname, '../../contracts/feed_gaps.yaml');
    const text = readFileSync(shipped, 'utf8').replace(/(insert_columns:[^]*?) {2}- ord\n/, '$1');
    writeFileSync(join(directory, 'feed_gaps.yaml'), text);
    const check = await cdb(null, 'contracts', 'check', 'feed_gaps', '--contracts', directory);
    expect(check.status).toBe(1);
    expect(check.stdout).toContain('column ord is sent to table feed_gaps by insert_feed_gaps');
  });

  it('names fields of live entries in Redis that the events have not, or that they lack', async () => {
    const redis = await RedisServer.start();
    try {
      const writer = await redis.link('writer');
      const signal: Record<string, string> = {
        ...entryOf('signals'),
        bot_id: 'None',
        qty: '0.1',
      };
      delete signal['symbol'];
      const words = Object.entries(signal).flat();
      await writer.call('write', 'XADD', 'stream.signals', '*', ...words);
      const check = await place.run(['contracts', 'check', '--streams'], {
        env: { CDB_REDIS_URL: redis.url },
      });
      expect(check.status, check.stderr).toBe(1);
      expect(check.stdout).toMatch(/^stream\.signals +differs +1 entries from redis$/m);
      expect(check.stdout).toContain('FAIL  field symbol of stream.signals is missing in 1 of 1');
      expect(check.stdout).toContain('FAIL  field bot_id of stream.signals holds the text of a');
      expect(check.stdout).toContain('WARN  field qty of stream.signals is unknown in 1 of 1');
      expect(check.stdout).toMatch(/^2 FAIL 1 WARN {3}exit 1$/m);
    } finally {
      await redis.end();
    }
  });

  it('writes what the database has, and only says so with --dry-run', async () => {
    const { url, database } = await migrated();
    const directory = join(place.path, 'contracts');
    mkdirSync(directory);
    const shipped = join(import.meta.dirname, '../../contracts/feed_gaps.yaml');
    const file = join(directory, 'feed_gaps.yaml');
    writeFileSync(file, readFileSync(shipped));
    await server.run(database, 'ALTER TABLE feed_gaps ADD COLUMN note text');
    const given = ['contracts', 'snapshot', 'feed_gaps', '--contracts', directory];
    const dry = await cdb(url, ...given, '--dry-run');
    expect(dry.stdout).toMatch(/^would be changed {2}/);
    expect(readFileSync(file)).toEqual(readFileSync(shipped));
    expect((await cdb(url, ...given)).stdout).toMatch(/^changed /);
    expect(readFileSync(file, 'utf8')).toMatch(/^ {2}note:\n {4}type: text$/m);
    expect((await cdb(url, ...given)).stdout).toMatch(/^unchanged /);
    const tables = ['--tables', 'feed_gaps', '--contracts', directory];
    expect(await cdb(url, 'drift', ...tables)).toMatchObject({ status: 0 });
  });
});

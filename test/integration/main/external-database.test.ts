import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refuseOldServer } from '../../../src/adapters/postgres/server-facts.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import { parseConfig } from '../../../src/config/parse-config.js';
import { openEngineDatabase } from '../../../src/main/engine/database.js';
import { targetOf } from '../../../src/main/engine/external-database.js';
import { until } from '../embedded/embedded-fixture.js';
import { ExternalPostgres } from '../postgres/external-postgres.js';

let server: ExternalPostgres;
beforeAll(async () => {
  server = await ExternalPostgres.start();
});
afterAll(() => server.end());

const notices: string[] = [];
const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  notices.length = 0;
});

async function open(query = '') {
  const parsed = parseConfig({
    flags: [],
    env: { CDB_DATABASE_URL: server.url({ query }) },
    files: [],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const database = await openEngineDatabase(parsed.config, systemClock(), (text) => {
    notices.push(text);
  });
  opened.push(database);
  const setting = (name: string) =>
    database.pool.use('ask', async (client) => {
      const { rows } = await client.query<{ is: string }>(`SELECT current_setting($1) AS is`, [
        name,
      ]);
      return rows[0]?.is;
    });
  return { database, setting };
}

describe('the external database of an engine', () => {
  it('has the limits of cdb, whatever the environment says', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { PGSSLMODE: 'no-verify', PGHOST: 'elsewhere', PGDATABASE: 'none' });
    try {
      const { database, setting } = await open();
      expect(database.words).toContain(`at 127.0.0.1:${server.port}/cdb as cdb, no TLS`);
      expect(await setting('application_name')).toBe('cdb engine');
      const [session] = await server.run(
        'cdb',
        `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE application_name = 'cdb engine'`,
      );
      expect(session).toEqual({ ssl: false });
      expect(await setting('statement_timeout')).toBe('5s');
      expect(await setting('lock_timeout')).toBe('2s');
      expect(await setting('idle_in_transaction_session_timeout')).toBe('10s');
    } finally {
      process.env = before;
    }
  });

  it.each([
    ['off', 'on'],
    ['remote_apply', 'remote_apply'],
  ])('commits as durably as it can where the database says %s: %s', async (given, used) => {
    await server.run('cdb', `ALTER DATABASE cdb SET synchronous_commit = ${given}`);
    try {
      const { setting } = await open('?options=-c%20work_mem%3D5MB');
      expect(await setting('synchronous_commit')).toBe(used);
      expect(await setting('work_mem')).toBe('5MB');
    } finally {
      await server.run('cdb', 'ALTER DATABASE cdb RESET synchronous_commit');
    }
  });

  it('is away as soon as its server ends, also while nobody asks, and comes back by itself', async () => {
    const { database, setting } = await open();
    expect(await setting('application_name')).toBe('cdb engine');
    await server.stop();
    await until('the loss is noticed', () => database.status().state === 'away');
    const calls = await Promise.allSettled(Array.from({ length: 50 }, () => setting('port')));
    for (const call of calls) {
      expect(call).toMatchObject({
        reason: {
          name: 'DependencyError',
          retryable: true,
          message: expect.stringContaining('the database is away: '),
        },
      });
    }
    await server.startAgain();
    await until('it is back', () => database.status().state === 'up');
    expect(await setting('port')).toBe(String(server.port));
    expect(database.status()).toEqual({
      kind: 'external',
      where: `127.0.0.1:${server.port}/cdb`,
      state: 'up',
    });
    expect(notices).toEqual([
      expect.stringContaining('the database is away, trying again: '),
      expect.stringContaining('the database answers again, after '),
    ]);
  });

  it('says so when its server can lose what it committed', async () => {
    await server.stop();
    await server.startAgain('full_page_writes=off');
    await open();
    expect(notices).toEqual([expect.stringContaining('a power failure there can lose decisions')]);
    await server.stop();
    await server.startAgain();
  });

  it('is refused when it is older than PostgreSQL 14', () => {
    const origin = { kind: 'default' } as const;
    const target = targetOf({ url: server.url(), origin });
    const facts = { isStandby: false, readsOnly: false, commitsLater: false };
    const durable = { ...facts, losesOnPowerFailure: false };
    expect(() => {
      refuseOldServer(target, { ...durable, version: '13.22', major: 13 });
    }).toThrow(expect.objectContaining({ code: 'CDB-E0423', exit: 6 }) as Error);
    expect(() => {
      refuseOldServer(target, { ...durable, version: '14.0', major: 14 });
    }).not.toThrow();
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PgTarget } from '../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../src/adapters/postgres/sql-client.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { loadContracts } from '../../src/schema/contracts/load-contracts.js';
import { ensureSchema } from '../../src/schema/ensure-schema.js';
import { loadMigrations } from '../../src/schema/migration-files.js';
import { schemaHistory } from '../../src/schema/schema-history.js';
import { verifySchema } from '../../src/schema/verify/verify-schema.js';
import { Workplace } from '../chaos/engine-process.js';
import { TcpProxy } from '../fakes/network/tcp-proxy.js';
import { ExternalPostgres } from '../integration/postgres/external-postgres.js';

const files = loadMigrations();
const contracts = loadContracts();

let server: ExternalPostgres;
let proxy: TcpProxy;
let place: Workplace;
beforeAll(async () => {
  server = await ExternalPostgres.start();
  proxy = await TcpProxy.start(server.port);
  place = new Workplace();
});
afterAll(async () => {
  await place.end();
  await proxy.close();
  await server.end();
});

/**
 * What a client sends at each moment; the first transaction is that of the history table itself. Before
 * one file is behind the COMMIT of the file before it.
 */
const MOMENTS = {
  before: { sent: 'BEGIN\0', nth: (n: number) => n + 1, applied: (n: number) => [n - 1] },
  inside: {
    sent: 'INSERT INTO schema_history',
    nth: (n: number) => n,
    applied: (n: number) => [n - 1],
  },
  'at its commit': {
    sent: 'COMMIT\0',
    nth: (n: number) => n + 1,
    applied: (n: number) => [n - 1, n],
  },
} as const;

/** `cdb migrate up`, killed when it sends that for the n-th time. */
async function killedUp(database: string, sent: string, nth: number): Promise<void> {
  const url = server.url({ database, port: proxy.port });
  const up = place.start(['migrate', 'up', '--yes'], { env: { CDB_DATABASE_URL: url } });
  let seen = 0;
  proxy.onClientBytes = (bytes) => {
    if (!bytes.includes(sent)) return;
    seen += 1;
    if (seen === nth) up.kill('SIGKILL');
  };
  const { signal } = await up.ended;
  proxy.onClientBytes = null;
  expect(signal, up.words).toBe('SIGKILL');
}

async function state(target: PgTarget) {
  return withSqlSession(target, 'test', async (session) => ({
    history: await schemaHistory(session),
    open: await verifySchema(session, files, contracts),
  }));
}

describe.each(Object.entries(MOMENTS))(
  'cdb migrate up, killed %s',
  (moment, { sent, nth, applied }) => {
    it.each(files.map(({ version, name }) => [name, version] as const))(
      'of %s, leaves a history and a schema that agree',
      async (_, version) => {
        const database = `k_${moment.replaceAll(' ', '_')}_${version}`;
        await server.run('cdb', `CREATE DATABASE ${database}`);
        const target = { ...server.connection, database };
        await killedUp(database, sent, nth(version));
        const run = { files, clock: systemClock(), cdbVersion: 'test', waitForLockMs: 30_000 };
        // Whoever comes next waits until the server has seen that the first is gone.
        const next = await withSqlSession(target, 'test', async (session) => {
          const looked = await ensureSchema(session, { ...run, to: 0 }).then(() => state(target));
          return { looked, rest: await ensureSchema(session, run) };
        });
        const { history, open } = next.looked;
        const done = history.map((row) => row.version);
        expect(applied(version)).toContain(done.length);
        expect(done).toEqual(files.slice(0, done.length).map((file) => file.version));
        const pending = files.slice(done.length).map(({ name }) => [name, 'not applied']);
        expect(open.map(({ about, words }) => [about, words])).toEqual(pending);
        expect(next.rest).toEqual(files.slice(done.length).map((file) => file.version));
        expect((await state(target)).open).toEqual([]);
      },
      30_000,
    );
  },
);

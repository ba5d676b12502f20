import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toldBy } from '../../../src/adapters/postgres/external-errors.js';
import { refuseOldServer } from '../../../src/adapters/postgres/server-facts.js';
import { withReadSession } from '../../../src/adapters/postgres/sql-client.js';
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

async function open(parts: Parameters<ExternalPostgres['url']>[0] = {}, env = {}) {
  const parsed = parseConfig({
    flags: [],
    env: { CDB_DATABASE_URL: server.url(parts), ...env },
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
      const { setting } = await open({ query: '?options=-c%20work_mem%3D5MB' });
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

  it('is not waited for when the network falls silent, neither by a call nor by the end', async () => {
    const network = await SilentNetwork.before(server.port);
    const env = { CDB_AUDIT_COMMIT_TIMEOUT_MS: '200' };
    const { database, setting } = await open({ port: network.port }, env);
    expect(await setting('port')).toBe(String(server.port));
    // Two connections: the call gives one of them up, the other one is idle.
    await Promise.all([setting('port'), setting('port')]);
    network.isSilent = true;
    await expect(setting('port')).rejects.toThrow('no answer within 200 ms');
    const startedAt = performance.now();
    opened.length = 0;
    await database.close();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    network.end();
  });

  it('is not waited for by a look either', async () => {
    const network = await SilentNetwork.before(server.port);
    const target = { ...server.connection, port: network.port };
    const look = toldBy('there', () =>
      withReadSession(target, 'look', (session) => {
        network.isSilent = true;
        return session.query('SELECT 1');
      }),
    );
    await expect(look).rejects.toMatchObject({ code: 'CDB-E0420', exit: 4 });
    network.end();
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

/** Takes every byte; while it is silent it passes none on, and acknowledges no end. */
class SilentNetwork {
  isSilent = false;
  readonly port: number;
  readonly #sockets: Socket[] = [];
  readonly #server: Server;

  private constructor(listening: Server, port: number) {
    this.#server = listening;
    this.port = port;
  }

  static async before(target: number): Promise<SilentNetwork> {
    const listening = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const network = new SilentNetwork(listening, (listening.address() as AddressInfo).port);
    listening.on('connection', (client) => {
      const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      network.#pass(client, far);
      network.#pass(far, client);
    });
    return network;
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.push(from);
    from.on('error', () => undefined);
    from.on('data', (bytes) => {
      if (!this.isSilent) to.write(bytes);
    });
    from.on('end', () => {
      if (!this.isSilent) to.end();
    });
  }
}

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { postgresAuditStore } from '../../../src/adapters/postgres/audit-store.js';
import {
  openPgPool,
  PG_LIMITS,
  type PgLimits,
  type PgTarget,
} from '../../../src/adapters/postgres/pg-pool.js';
import { withSqlSession } from '../../../src/adapters/postgres/sql-client.js';
import type { AuditBatch, AuditStore } from '../../../src/engine/ports/audit-store.js';
import { DependencyError } from '../../../src/operator-error.js';
import { auditRow } from '../../contract/audit-rows.js';
import { until } from '../embedded/embedded-fixture.js';
import { SERVER_KINDS, TestDatabase } from './test-database.js';

const RUN = '22222222-2222-5222-8222-222222222222';
let database: TestDatabase;
const stores: AuditStore[] = [];
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

function storeOn(connection: PgTarget, limits: Partial<PgLimits> = {}): AuditStore {
  const store = postgresAuditStore(openPgPool(connection, 'faults', { ...PG_LIMITS, ...limits }));
  stores.push(store);
  return store;
}

function batch(seq: number): AuditBatch {
  const row = auditRow('risk_events', { run_id: RUN, decision_pk: `pk-${seq}`, seq });
  const rows = { risk_events: [row] };
  return { runId: RUN, seqFirst: seq, seqLast: seq, digest: `digest-${seq}`, rows };
}

async function failure(action: Promise<unknown>): Promise<DependencyError> {
  const error: unknown = await action.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DependencyError);
  return error as DependencyError;
}

/** Runs `during` while another session keeps everybody out of risk_events. */
async function whileLocked(connection: PgTarget, during: () => Promise<void>): Promise<void> {
  await withSqlSession(connection, 'locker', async (session) => {
    await session.query('BEGIN');
    await session.query('LOCK TABLE risk_events IN ACCESS EXCLUSIVE MODE');
    await during();
    await session.query('ROLLBACK');
  });
}

describe.each(SERVER_KINDS)('on the %s server', (kind) => {
  beforeAll(async () => {
    database = await TestDatabase.start(kind);
  });
  afterAll(() => database.end());

  describe('postgresAuditStore under faults', () => {
    it('gives up at its own deadline, and the next call works at once', async () => {
      const connection = await database.create();
      const store = storeOn(connection, {
        connectionsMax: 1,
        callDeadlineMs: 200,
        lockTimeoutMs: 60_000,
      });
      await whileLocked(connection, async () => {
        const error = await failure(store.commit(batch(1)));
        expect(error.message).toContain('no answer within 200 ms');
        expect(error.retryable).toBe(true);
        // The connection that still waits for the lock is not the one that answers this.
        expect(await store.cursor(RUN)).toBeNull();
      });
      await store.commit(batch(1));
      expect(await store.cursor(RUN)).toMatchObject({ seq: 1 });
    });

    it('gives up on a lock that is not given, and may try again', async () => {
      const connection = await database.create();
      const store = storeOn(connection, { lockTimeoutMs: 50 });
      await whileLocked(connection, async () => {
        const error = await failure(store.commit(batch(1)));
        expect(error.message).toContain('55P03');
        expect(error.retryable).toBe(true);
      });
    });

    it('leaves nothing of a commit whose connection died before its end', async () => {
      const connection = await database.create();
      const store = storeOn(connection, { lockTimeoutMs: 60_000 });
      const waiting = `FROM pg_stat_activity WHERE datname = '${connection.database}'
      AND application_name = 'faults' AND wait_event_type = 'Lock'`;
      await whileLocked(connection, async () => {
        const commit = failure(store.commit(batch(1)));
        await until('the commit waits', async () => {
          return (await database.run('cdb', `SELECT pid ${waiting}`)).length === 1;
        });
        await database.run('cdb', `SELECT pg_terminate_backend(pid) ${waiting}`);
        expect((await commit).retryable).toBe(true);
      });
      expect(await store.cursor(RUN)).toBeNull();
      await store.commit(batch(1));
      const rows = await database.run(connection.database, 'SELECT decision_pk FROM risk_events');
      expect(rows).toEqual([{ decision_pk: 'pk-1' }]);
    });

    it('survives idle connections that the server ends', async () => {
      const connection = await database.create();
      const store = storeOn(connection);
      await store.commit(batch(1));
      await database.run(
        'cdb',
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = '${connection.database}'`,
      );
      await until('the store commits again', async () => {
        return store.commit(batch(2)).then(
          () => true,
          (error: unknown) => !(error instanceof DependencyError && error.retryable),
        );
      });
      expect(await store.cursor(RUN)).toMatchObject({ seq: 2 });
    });

    it('does not wait for a server that accepts and never answers', async () => {
      const hole = await blackHole();
      const target = { ...(await database.create()), host: '127.0.0.1', port: hole.port };
      const store = storeOn(target, { connectTimeoutMs: 200 });
      const error = await failure(store.commit(batch(1)));
      expect(error.retryable).toBe(true);
      hole.close();
    });

    it('says that nobody listens', async () => {
      const store = storeOn({ ...(await database.create()), port: 1 });
      const error = await failure(store.probe());
      expect(error).toMatchObject({ dependency: 'postgresql', retryable: true });
      expect(error.message).toMatch(/ENOENT|ECONNREFUSED/);
    });

    it('finds in its probe that the database is read-only', async () => {
      const connection = await database.create();
      const name = connection.database;
      await database.run('cdb', `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
      expect((await failure(storeOn(connection).probe())).message).toContain('read-only');
    });

    it('finds in its probe that a unique key is gone', async () => {
      const connection = await database.create();
      await database.run(
        connection.database,
        'ALTER TABLE orders DROP CONSTRAINT orders_order_id_key',
      );
      expect((await failure(storeOn(connection).probe())).message).toContain('42P10');
    });
  });
});

/** A socket that looks like a server's and swallows everything. */
async function blackHole(): Promise<{ port: number; close: () => void }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

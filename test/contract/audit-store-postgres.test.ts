import { afterAll, beforeAll, describe } from 'vitest';
import { postgresAuditStore } from '../../src/adapters/postgres/audit-store.js';
import { openPgPool } from '../../src/adapters/postgres/pg-pool.js';
import { AUDIT_COLUMNS } from '../../src/engine/domain/audit-tables.js';
import { SERVER_KINDS, TestDatabase } from '../integration/postgres/test-database.js';
import { auditStoreContract } from './audit-store.contract.js';

let database: TestDatabase;
describe.each(SERVER_KINDS)('on the %s server', (kind) => {
  beforeAll(async () => {
    database = await TestDatabase.start(kind);
  });
  afterAll(() => database.end());

  auditStoreContract('PostgreSQL', async () => {
    const connection = await database.create();
    const open = () => postgresAuditStore(openPgPool(connection, 'contract'));
    const store = open();
    return {
      store,
      second: open,
      rows: async (table) => {
        const columns = AUDIT_COLUMNS[table].map((name) => `"${name}"::text`).join(', ');
        const rows = await database.run(
          connection.database,
          `SELECT ${columns} FROM ${table} ORDER BY id`,
        );
        return rows as readonly Record<string, string | null>[];
      },
      dropTable: async (table) => {
        await database.run(connection.database, `DROP TABLE ${table}`);
      },
      renameColumn: async (table, from, to) => {
        await database.run(
          connection.database,
          `ALTER TABLE ${table} RENAME COLUMN "${from}" TO "${to}"`,
        );
      },
      end: () => store.close(),
    };
  });
});

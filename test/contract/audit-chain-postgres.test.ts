import { afterAll, beforeAll, describe } from 'vitest';
import { postgresAuditStore } from '../../src/adapters/postgres/audit-store.js';
import { postgresChainReader } from '../../src/adapters/postgres/chain-reader.js';
import { openPgPool } from '../../src/adapters/postgres/pg-pool.js';
import { SERVER_KINDS, TestDatabase } from '../integration/postgres/test-database.js';
import { auditChainContract } from './audit-chain.contract.js';

let database: TestDatabase;
describe.each(SERVER_KINDS)('on the %s server', (kind) => {
  beforeAll(async () => {
    database = await TestDatabase.start(kind);
  });
  afterAll(() => database.end());

  auditChainContract('PostgreSQL', async () => {
    const connection = await database.create();
    const store = postgresAuditStore(openPgPool(connection, 'contract'));
    const pool = openPgPool(connection, 'verifier');
    return {
      store,
      second: (hash) => postgresAuditStore(openPgPool(connection, 'contract'), hash),
      reader: postgresChainReader(pool),
      end: async () => {
        await store.close();
        await pool.close();
      },
    };
  });
});

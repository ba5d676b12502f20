import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSqlSession } from '../../../../src/adapters/postgres/sql-client.js';
import { readCatalog } from '../../../../src/schema/catalog/read-catalog.js';
import type { Catalog } from '../../../../src/schema/catalog/catalog.js';
import { compareTable } from '../../../../src/schema/contracts/compare-table.js';
import { loadContracts } from '../../../../src/schema/contracts/load-contracts.js';
import { SERVER_KINDS, TestDatabase } from '../../postgres/test-database.js';

const contracts = loadContracts();

describe.each(SERVER_KINDS)('on the %s server, freshly migrated', (kind) => {
  let database: TestDatabase;
  let catalog: Catalog;
  beforeAll(async () => {
    database = await TestDatabase.start(kind);
    catalog = await withSqlSession(await database.create(), 'test', (s) => readCatalog(s));
  });
  afterAll(() => database.end());

  it('every table has a contract and every contract a table', () => {
    expect([...contracts.keys()]).toEqual(Object.keys(catalog.relations).sort());
  });

  it.each([...contracts.keys()])('%s is as its contract says, without a warning', (table) => {
    expect(compareTable(contracts.get(table)!, catalog)).toEqual([]);
  });

  it('without tables, each table is named as missing', async () => {
    const empty = await database.create('template1');
    const bare = await withSqlSession(empty, 'test', (session) => readCatalog(session));
    const found = [...contracts.values()].flatMap((contract) => compareTable(contract, bare));
    expect(found.map(({ kind: what, table }) => [what, table])).toEqual(
      [...contracts.keys()].map((table) => ['table missing', table]),
    );
  });

  it('reads the schema that it is given, and says where there is none', async () => {
    const target = await database.create();
    await database.run(
      target.database,
      'CREATE SCHEMA other',
      'CREATE TABLE other.orders (id integer)',
    );
    const other = await withSqlSession(target, 'test', (s) => readCatalog(s, 'other'));
    expect(Object.keys(other.relations)).toEqual(['orders']);
    const lost = { ...target, options: '-c search_path=nowhere' };
    expect(await withSqlSession(lost, 'test', (session) => readCatalog(session))).toEqual({
      schema: null,
      relations: {},
    });
  });
});

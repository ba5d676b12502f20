import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADAPTER_STATEMENTS } from '../../../../src/adapters/postgres/all-statements.js';
import type { PgTarget } from '../../../../src/adapters/postgres/pg-pool.js';
import { loadContracts } from '../../../../src/schema/contracts/load-contracts.js';
import { hasDrift } from '../../../../src/schema/contracts/finding.js';
import { neededPrivileges } from '../../../../src/schema/sql/needed-privileges.js';
import { loadSqlParser } from '../../../../src/schema/sql/parse-sql.js';
import { TestDatabase } from '../../postgres/test-database.js';
import { allFindings, drift } from './drift-fixture.js';

const GRANTS = [
  'REVOKE ALL ON SCHEMA public FROM PUBLIC',
  'GRANT USAGE ON SCHEMA public TO cdb_writer, cdb_reader',
  'GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO cdb_writer',
  'GRANT SELECT ON ALL TABLES IN SCHEMA public TO cdb_reader',
  'GRANT UPDATE ON audit_cursor, orders, positions, runs, run_shards TO cdb_writer',
  'GRANT DELETE ON run_inputs, run_snapshots TO cdb_writer',
  'REVOKE INSERT ON schema_history FROM cdb_writer',
];

let database: TestDatabase;
let target: PgTarget;
beforeAll(async () => {
  database = await TestDatabase.start('external');
  await database.run(
    'cdb',
    "CREATE ROLE cdb_writer LOGIN PASSWORD 'w'",
    "CREATE ROLE cdb_reader LOGIN PASSWORD 'r'",
    'ALTER ROLE cdb_reader SET default_transaction_read_only = on',
    "CREATE ROLE cdb_nobody LOGIN PASSWORD 'n'",
  );
});
afterAll(() => database.end());

async function granted(...more: readonly string[]): Promise<PgTarget> {
  target = await database.create();
  await database.run(target.database, ...GRANTS, ...more);
  return target;
}

const as = (user: string, password: string, at: PgTarget): PgTarget => ({ ...at, user, password });

describe('the roles of docs/database.md', () => {
  it('may do exactly what the statements need', async () => {
    const needed = neededPrivileges(await loadSqlParser(), ADAPTER_STATEMENTS, [
      ...loadContracts().keys(),
    ]);
    const tables = (privilege: string) =>
      needed.filter((one) => one.privilege === privilege).map(({ table }) => table);
    expect(tables('UPDATE')).toEqual(['audit_cursor', 'orders', 'positions', 'run_shards', 'runs']);
    expect(tables('DELETE')).toEqual(['run_inputs', 'run_snapshots']);
    expect(tables('INSERT')).not.toContain('schema_history');
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/database.md'), 'utf8');
    for (const grant of GRANTS.slice(4)) expect(page).toContain(`${grant};`);
  });

  it('as the writer nothing is missing', async () => {
    expect(allFindings(await drift(as('cdb_writer', 'w', await granted())))).toEqual([]);
  });

  it('as the reader, which may write nothing, each right is named; of the writer none is missing', async () => {
    const reader = as('cdb_reader', 'r', await granted());
    const own = allFindings(await drift(reader));
    expect(new Set(own.map(({ kind }) => kind))).toEqual(new Set(['privilege', 'setting']));
    expect(own.map(({ words }) => words)).toContain(
      'role cdb_reader lacks INSERT, UPDATE on table orders: GRANT INSERT, UPDATE ON orders TO cdb_reader',
    );
    expect(allFindings(await drift(reader, { role: 'cdb_writer' }))).toEqual([]);
  });
});

describe('a right that is missing', () => {
  it('is named with the statement that grants it', async () => {
    const at = await granted('REVOKE UPDATE ON audit_cursor FROM cdb_writer');
    expect(allFindings(await drift(at, { role: 'cdb_writer' }))).toMatchObject([
      {
        level: 'FAIL',
        kind: 'privilege',
        table: 'audit_cursor',
        words: expect.stringContaining('GRANT UPDATE ON audit_cursor TO cdb_writer'),
      },
    ]);
  });

  it('to read a table leaves the comparison whole, and tells what was not looked at', async () => {
    const at = as('cdb_writer', 'w', await granted('REVOKE SELECT ON trades FROM cdb_writer'));
    const findings = allFindings(await drift(at));
    expect(findings.map(({ level, kind, table }) => `${level} ${kind} ${table}`)).toEqual(
      expect.arrayContaining(['FAIL privilege trades', 'WARN value trades']),
    );
    expect(findings.every(({ table }) => table === 'trades')).toBe(true);
  });

  it('to use the schema is told as one of the search path', async () => {
    const findings = allFindings(await drift(as('cdb_nobody', 'n', await granted())));
    expect(findings.map(({ kind, table }) => `${kind} ${table}`)).toContain(
      'table elsewhere risk_events',
    );
    expect(hasDrift(findings)).toBe(true);
  });

  it('cannot be told of a role that is not there', async () => {
    expect(allFindings(await drift(await granted(), { role: 'cdb_riter' }))).toMatchObject([
      { level: 'FAIL', words: expect.stringContaining('there is no role cdb_riter') },
    ]);
  });
});

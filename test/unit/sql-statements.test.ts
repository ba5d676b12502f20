import { describe, expect, it, test } from 'vitest';
import {
  ADAPTER_STATEMENTS,
  STACK_STATEMENTS,
} from '../../src/adapters/postgres/all-statements.js';
import { PIPELINE_STATEMENTS } from '../../src/adapters/doctor/pipeline-statements.js';
import { parameterCount, type SqlStatement } from '../../src/engine/ports/sql-statement.js';
import { SCHEMA_STATEMENTS } from '../../src/schema/all-statements.js';
import type { CatalogRelation } from '../../src/schema/catalog/catalog.js';
import type { Contract } from '../../src/schema/contracts/contract.js';
import { loadContracts } from '../../src/schema/contracts/load-contracts.js';
import { preparation } from '../../src/schema/drift/drift-statements.js';
import { valueStatement } from '../../src/schema/drift/value-statements.js';
import { loadSqlParser } from '../../src/schema/sql/parse-sql.js';
import { gapStatement } from '../../src/schema/written/id-gaps.js';
import { mirrorStatement } from '../../src/schema/written/mirrors.js';
import { nonFiniteStatement } from '../../src/schema/written/non-finite.js';
import { repeatedStatement } from '../../src/schema/written/repeated-ids.js';
import { rowsStatement } from '../../src/schema/written/table-rows.js';
import { writersStatement } from '../../src/schema/written/writers.js';
import { treeOnDisk } from './architecture/source-tree.js';
import { scanSql } from './architecture/sql-scan.js';

const parser = await loadSqlParser();

const EMPTY_TABLE: Omit<CatalogRelation, 'name' | 'columns'> = {
  kind: 'table',
  persistence: 'permanent',
  rowSecurity: false,
  constraints: [],
  indexes: [],
  triggers: [],
  rules: [],
};

const INSERTED = ADAPTER_STATEMENTS.filter(({ name }) => name.startsWith('insert_'));
/** Made for each contract, and for what is prepared together. */
const MADE_FOR = [
  preparation(INSERTED),
  ...[...loadContracts().values()].flatMap((contract) => valuesOf(contract)),
  ...writtenStatements(),
];
const ALL = [...ADAPTER_STATEMENTS, ...SCHEMA_STATEMENTS, ...PIPELINE_STATEMENTS, ...MADE_FOR];
const NAMES = ALL.map(({ name }) => name);

test('all SQL in src is in statement objects, and all of them are listed', () => {
  const scans = [...treeOnDisk()].map(([path, text]) => scanSql(path, text));
  expect(scans.flatMap(({ faults }) => faults)).toEqual([]);
  const made = scans.flatMap(({ names }) => names);
  expect(made.length).toBeGreaterThan(50);
  const unlisted = made.filter((name) => !NAMES.some((listed) => patternOf(name).test(listed)));
  expect(unlisted).toEqual([]);
});

test('each has a name of its own, in words that SQL takes as a name', () => {
  expect(new Set(NAMES).size).toBe(NAMES.length);
  expect(NAMES.filter((name) => !/^[a-z][a-z0-9_]{2,50}$/.test(name))).toEqual([]);
});

test.each([...ALL, ...STACK_STATEMENTS])('PostgreSQL can parse $name', async ({ text }) => {
  const parser = await loadSqlParser();
  expect(parser.parse(text).length).toBeGreaterThan(0);
});

describe('the scan finds', () => {
  it.each([
    ['a text that is sent', "await client.query('SELECT 1');", 2],
    ['a text in a constant', "const a = 'INSERT INTO t (x) VALUES ($1)';", 1],
    ['a text that is put together', 'const a = `update ${table} set x = 1`;', 1],
    ['lower case', "const a = 'select a from b';", 1],
    ['the end of a transaction', "const a = 'COMMIT';", 1],
    ['a text that comes from elsewhere', 'await session.query(given);', 1],
    ['a text in a function that a statement calls', "function f() { return 'DELETE FROM t'; }", 1],
  ])('%s', (_what, text, count) => {
    expect(scanSql('x.ts', text).faults).toHaveLength(count);
  });

  it.each([
    ['a statement', "const A = sqlStatement('a', `SELECT x FROM ${t}`); query(A.text, [1]);"],
    ['a piece of one', "const A = sqlPart('WITH a AS (SELECT 1)');"],
    ['the file of a migration', 'session.query(file.sql);'],
    ['words of a person', "const a = 'update the row that you select';"],
    ['a query of something else', 'const a = url.query;'],
  ])('nothing in %s', (_what, text) => {
    expect(scanSql('x.ts', text).faults).toEqual([]);
  });
});

it('counts the values that a statement takes', () => {
  expect(parameterCount({ name: 'a', text: 'SELECT $1, $12, $2' })).toBe(12);
  expect(parameterCount({ name: 'a', text: 'SELECT 1' })).toBe(0);
});

function valuesOf(contract: Contract): readonly SqlStatement[] {
  const columns = Object.entries(contract.fields).map(([name, { type }]) => ({
    ...{ name, type, nullable: true, default: null },
  }));
  const relation = { ...EMPTY_TABLE, name: contract.table, columns };
  return [valueStatement(parser, contract, relation)].flatMap((made) => made?.statement ?? []);
}

/** What is asked of rows, of tables of which each has every column that any of ours has. */
function writtenStatements(): readonly SqlStatement[] {
  const contracts = [...loadContracts().values()];
  const columns = contracts.flatMap(({ fields }) =>
    Object.entries(fields).map(([name, { type }]) => ({
      name,
      type,
      nullable: true,
      default: null,
    })),
  );
  const once = columns.filter(({ name }, at) => columns.findIndex((c) => c.name === name) === at);
  const relations = contracts.map(({ table }) => ({ ...EMPTY_TABLE, name: table, columns: once }));
  const all = new Map(relations.map((relation) => [relation.name, relation]));
  const catalog = { schema: 'public', relations: Object.fromEntries(all) };
  const readable = new Set(all.keys());
  const overview = [...readable].map((table) => {
    const there = { exists: true, readable: true, insertable: true };
    return { table, ...there, inserted: 0, bytes: 0, estimated: null };
  });
  const made = [
    rowsStatement(catalog, overview),
    nonFiniteStatement(relations),
    gapStatement(relations),
    mirrorStatement(relations),
    repeatedStatement(catalog, readable),
    writersStatement(catalog, readable),
  ];
  return made.map((statement) => statement ?? { name: 'nothing', text: '' });
}

function patternOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll('${…}', '[a-z0-9_]+')}$`);
}

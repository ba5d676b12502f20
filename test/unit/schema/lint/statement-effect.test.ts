import { describe, expect, it } from 'vitest';
import type { Catalog, CatalogRelation } from '../../../../src/schema/catalog/catalog.js';
import type { Effect } from '../../../../src/schema/lint/effect.js';
import { statementEffect } from '../../../../src/schema/lint/statement-effect.js';
import { Tables } from '../../../../src/schema/lint/table-facts.js';
import { loadMigrations } from '../../../../src/schema/migration-files.js';
import { parseStatements } from '../../../../src/schema/sql/parse-statements.js';

function relation(name: string): CatalogRelation {
  const column = (column: string, type: string) => ({
    name: column,
    type,
    nullable: true,
    default: null,
  });
  return {
    name,
    kind: 'table',
    persistence: 'permanent',
    rowSecurity: false,
    columns: [
      column('n', 'integer'),
      column('short', 'character varying(10)'),
      column('amount', 'numeric(18,8)'),
    ],
    constraints: [
      { name: 'c', kind: 'check', columns: ['short'], definition: 'CHECK ((short IS NOT NULL))' },
    ],
    indexes: [],
    triggers: [],
    rules: [],
  };
}

const catalog: Catalog = {
  schema: 'public',
  relations: { busy: relation('busy'), empty: relation('empty') },
};

async function effects(sql: string, alone = false): Promise<readonly Effect[]> {
  const facts = new Map([
    ['busy', { hasRows: true, rows: 5_000 }],
    ['empty', { hasRows: false, rows: null }],
  ]);
  const tables = new Tables({ catalog, tables: facts });
  const parsed = await parseStatements(sql);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.statements.map((statement) => statementEffect(statement, tables, alone));
}

async function rules(sql: string, alone = false): Promise<readonly string[]> {
  return (await effects(sql, alone)).flatMap(({ hazards }) => hazards.map(({ rule }) => rule));
}

describe('a statement on a table with rows', () => {
  it.each([
    ['ALTER TABLE busy ADD COLUMN x float DEFAULT random()', ['rewrites the table']],
    ['ALTER TABLE busy ADD COLUMN x uuid DEFAULT gen_random_uuid()', ['rewrites the table']],
    ['ALTER TABLE busy ADD COLUMN x bigserial', ['rewrites the table']],
    ['ALTER TABLE busy ADD COLUMN x int GENERATED ALWAYS AS IDENTITY', ['rewrites the table']],
    ['ALTER TABLE busy ADD COLUMN x int GENERATED ALWAYS AS (n) STORED', ['rewrites the table']],
    ['ALTER TABLE busy ADD COLUMN x int NOT NULL', ['scans the table']],
    ['ALTER TABLE busy ADD COLUMN x int NOT NULL DEFAULT 0', []],
    ['ALTER TABLE busy ADD COLUMN x timestamptz DEFAULT now()', []],
    ['ALTER TABLE busy ADD COLUMN x int', []],
    ['ALTER TABLE busy ADD COLUMN x int REFERENCES empty (n)', ['constraint not NOT VALID']],
    ['ALTER TABLE busy ALTER COLUMN n SET NOT NULL', ['scans the table']],
    ['ALTER TABLE busy ALTER COLUMN short SET NOT NULL', []],
    ['ALTER TABLE busy ALTER COLUMN n TYPE bigint', ['rewrites the table']],
    ['ALTER TABLE busy ALTER COLUMN short TYPE varchar(20)', []],
    ['ALTER TABLE busy ALTER COLUMN short TYPE text', []],
    ['ALTER TABLE busy ALTER COLUMN short TYPE varchar(5)', ['rewrites the table']],
    ['ALTER TABLE busy ALTER COLUMN amount TYPE numeric(28, 8)', []],
    ['ALTER TABLE busy ALTER COLUMN amount TYPE numeric(28, 10)', ['rewrites the table']],
    ['ALTER TABLE busy ADD CONSTRAINT c CHECK (n > 0)', ['constraint not NOT VALID']],
    ['ALTER TABLE busy ADD CONSTRAINT c CHECK (n > 0) NOT VALID', []],
    ['ALTER TABLE busy ADD FOREIGN KEY (n) REFERENCES empty (n)', ['constraint not NOT VALID']],
    ['ALTER TABLE busy ADD FOREIGN KEY (n) REFERENCES empty (n) NOT VALID', []],
    ['ALTER TABLE busy VALIDATE CONSTRAINT c', []],
    ['ALTER TABLE busy ADD UNIQUE (n)', ['index blocks writes']],
    ['ALTER TABLE busy ADD CONSTRAINT u UNIQUE USING INDEX i', []],
    ['ALTER TABLE busy DROP COLUMN n', ['destroys rows', 'breaks running code']],
    ['ALTER TABLE busy DROP COLUMN n CASCADE', ['destroys rows', 'breaks running code', 'cascade']],
    ['ALTER TABLE busy SET UNLOGGED', ['rewrites the table']],
    ['ALTER TABLE busy RENAME COLUMN n TO m', ['breaks running code']],
    ['ALTER TABLE busy RENAME TO other', ['breaks running code']],
    ['CREATE INDEX i ON busy (n)', ['index blocks writes']],
    ['CREATE INDEX CONCURRENTLY i ON busy (n)', ['concurrently in a transaction']],
    ['DROP TABLE busy', ['destroys rows']],
    ['DROP TABLE IF EXISTS public.busy CASCADE', ['destroys rows', 'cascade']],
    ['TRUNCATE busy', ['destroys rows']],
    ['DELETE FROM busy WHERE n = 1', ['destroys rows']],
    ['UPDATE busy SET n = 1', ['rewrites the table']],
    ['UPDATE busy SET n = 1 WHERE n = 2', []],
    ['COMMIT', ['transaction control']],
    ['DO $$ BEGIN END $$', ['not judged']],
    ['VACUUM busy', ['not judged']],
  ])('%s: %j', async (sql, found) => {
    expect(await rules(sql)).toEqual(found);
  });

  it.each([
    ['ALTER TABLE busy ADD COLUMN x int', 'access exclusive'],
    ['ALTER TABLE busy ADD FOREIGN KEY (n) REFERENCES empty (n) NOT VALID', 'share row exclusive'],
    ['ALTER TABLE busy VALIDATE CONSTRAINT c', 'share update exclusive'],
    ['CREATE INDEX i ON busy (n)', 'share'],
    ['CREATE TABLE x (n int REFERENCES busy (n))', 'share row exclusive'],
    ['CREATE TABLE x (n int)', 'none'],
    ['INSERT INTO busy VALUES (1)', 'row exclusive'],
    ['COMMENT ON TABLE busy IS $$x$$', 'none'],
  ])('%s takes the lock %s', async (sql, lock) => {
    expect((await effects(sql)).at(-1)?.lock).toBe(lock);
  });

  it('says how many rows, and what to do instead', async () => {
    const [step] = await effects('CREATE INDEX i ON busy (n)');
    expect(step?.hazards[0]?.words).toMatch(/about 5000 rows.*CREATE INDEX CONCURRENTLY/);
  });
});

describe('nothing is wrong with', () => {
  it.each([
    'ALTER TABLE empty ADD COLUMN x float DEFAULT random()',
    'ALTER TABLE empty ALTER COLUMN n SET NOT NULL',
    'CREATE INDEX i ON empty (n)',
    'CREATE TABLE fresh (n int); CREATE INDEX i ON fresh (n); ALTER TABLE fresh ADD CHECK (n > 0)',
    'CREATE TABLE fresh (n int); ALTER TABLE fresh RENAME TO other; CREATE INDEX i ON other (n)',
    'CREATE TABLE fresh (n int); ALTER TABLE fresh DROP COLUMN n; DROP TABLE fresh',
  ])('%s', async (sql) => {
    expect(await rules(sql)).toEqual([]);
  });

  it('CREATE INDEX CONCURRENTLY in a file without a transaction', async () => {
    expect(await rules('CREATE INDEX CONCURRENTLY i ON busy (n)', true)).toEqual([]);
  });
});

it('every statement of our own migrations is known, and none ends its transaction', async () => {
  for (const { name, sql, alone } of loadMigrations()) {
    const found = await rules(sql, alone);
    expect(
      found.filter((rule) => rule === 'not judged' || rule === 'transaction control'),
      name,
    ).toEqual([]);
  }
});

import { describe, expect, it } from 'vitest';
import { foreignStatements } from '../../../src/schema/sql/foreign-source.js';
import { loadSqlParser } from '../../../src/schema/sql/parse-sql.js';
import { readInserts } from '../../../src/schema/sql/read-inserts.js';

async function columnsIn(source: string) {
  const statements = foreignStatements('service.py', source).map(({ statement }) => statement);
  return readInserts(await loadSqlParser(), statements);
}

describe('the INSERT of a foreign file', () => {
  it.each([
    [
      'a triple-quoted string with %s',
      'cur.execute("""\n  INSERT INTO t (a, b)\n  VALUES (%s, %s)\n""", (1, 2))',
    ],
    ['strings that follow each other', "q = ('INSERT INTO t (a, b) '\n     'VALUES (%s, %s)')"],
    ['strings that are added', 'q = "INSERT INTO t (a, b) " + "VALUES (%s, %s)"'],
    ['named placeholders', 'q = "INSERT INTO t (a, b) VALUES (%(x)s, %(y)s)"'],
    ['colons', 'q = "INSERT INTO t (a, b) VALUES (:x, :y::jsonb)"'],
    ['numbers', 'await c.execute("INSERT INTO t (a, b) VALUES ($1, $2)")'],
    ['a list of rows', 'execute_values(cur, "INSERT INTO t (a, b) VALUES %s", rows)'],
    ['a template of JavaScript', 'db.query(`INSERT INTO t (a, b) VALUES ($1, $2)`)'],
    ['a WITH', 'q = "WITH x AS (INSERT INTO t (a, b) VALUES (1, 2) RETURNING a) SELECT a FROM x"'],
    ['an upsert', 'q = "INSERT INTO t (a, b) VALUES (%s, %s) ON CONFLICT (a) DO NOTHING"'],
    ['behind an apostrophe', "# don't\nq = 'INSERT INTO t (a, b) VALUES (%s, %s)'"],
  ])('is read from %s', async (_what, source) => {
    expect(await columnsIn(source)).toMatchObject({
      inserts: [{ table: 't', columns: ['a', 'b'] }],
      unread: [],
    });
  });

  it.each([
    ['no list of columns', 'q = "INSERT INTO t VALUES (%s)"', 't'],
    ['a table from a variable', 'q = f"INSERT INTO {table} (a) VALUES (%s)"', ''],
    ['columns from a variable', 'q = "INSERT INTO t (" + columns + ") VALUES (%s)"', ''],
    [
      'a MERGE inside of it',
      'q = "WITH x AS (SELECT 1) MERGE INTO t USING x ON true WHEN NOT MATCHED THEN INSERT (a) VALUES (1)"',
      't',
    ],
  ])('is refused with %s', async (_what, source, table) => {
    const { inserts, unread } = await columnsIn(source);
    expect(inserts).toEqual([]);
    expect(unread.map((one) => one.table)).toEqual([table]);
  });

  it('is read behind a private field of JavaScript, and not from its comments', async () => {
    const source = [
      "await this.#pool.query('INSERT INTO t (a, b) VALUES ($1, $2)');",
      "// pool.query('INSERT INTO u (a) VALUES ($1)');",
    ].join('\n');
    const statements = foreignStatements('service.ts', source).map(({ statement }) => statement);
    const { inserts } = readInserts(await loadSqlParser(), statements);
    expect(inserts.map(({ table }) => table)).toEqual(['t']);
  });

  it('is read behind a floor division of Python', async () => {
    const source = "half = n // 2; q = 'INSERT INTO t (a, b) VALUES (%s, %s)'";
    expect((await columnsIn(source)).inserts).toHaveLength(1);
  });

  it('is named by its line', () => {
    const source = '\n\nq = """\nINSERT INTO t (a)\nVALUES (%s)"""';
    expect(
      foreignStatements('service.py', source).map(({ line, statement }) => [line, statement.name]),
    ).toEqual([[3, 'service.py:3']]);
  });

  it('is not made of what stands in a comment', async () => {
    expect(await columnsIn('# cur.execute("INSERT INTO t (a) VALUES (1)")')).toEqual({
      inserts: [],
      unread: [],
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_KINDS, TestDatabase } from '../../postgres/test-database.js';
import { allFindings, brief, drift } from './drift-fixture.js';
import { SCHEMA_BREAKS } from './schema-breaks.js';

describe.each(SERVER_KINDS)('on the %s server', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await TestDatabase.start(kind);
  });
  afterAll(() => database.end());

  it('finds nothing in a schema that was just migrated, and prepares every statement', async () => {
    const report = await drift(await database.create());
    expect(allFindings(report)).toEqual([]);
    expect(report.prepared).toBeGreaterThan(70);
  });

  it.each(SCHEMA_BREAKS)('finds that $what', async ({ sql, found, tables, options }) => {
    const target = await database.create();
    await database.run(target.database, ...sql);
    const findings = allFindings(await drift({ ...target, options }));
    expect(findings.map(brief)).toEqual(expect.arrayContaining([...found]));
    if (tables?.includes('*') === true) return;
    const named = found.map((text) => / (\w+)(?:\.\w+)?$/.exec(text)?.[1]);
    const others = findings.filter(
      ({ level, table }) => level === 'FAIL' && !named.includes(table),
    );
    expect(others.filter(({ kind: what }) => what !== 'statement').map(brief)).toEqual([]);
  });

  it('finds an index whose building failed', async () => {
    const target = await database.create();
    const insert = `INSERT INTO feed_gaps (run_id, seq, ord, symbol, reason, to_ms, noticed_ms)
      VALUES ('r', 1, $ORD, 'BTCUSDT', 'x', 1, 1)`;
    await database.run(target.database, insert.replace('$ORD', '1'), insert.replace('$ORD', '2'));
    const index = 'CREATE UNIQUE INDEX CONCURRENTLY feed_gaps_once ON feed_gaps (run_id)';
    await expect(database.run(target.database, index)).rejects.toThrow('could not create');
    expect(allFindings(await drift(target)).map(brief)).toEqual([
      'FAIL index differs feed_gaps.feed_gaps_once',
    ]);
  });

  it('names every column in its words', async () => {
    const target = await database.create();
    await database.run(target.database, 'ALTER TABLE risk_events DROP COLUMN reference_pk');
    const [first] = allFindings(await drift(target));
    expect(first).toMatchObject({
      expected: 'varchar(36)',
      found: null,
      words: 'column reference_pk of table risk_events does not exist: every INSERT fails',
    });
  });
});

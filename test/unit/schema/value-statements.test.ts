import { expect, it } from 'vitest';
import type { Contract } from '../../../src/schema/contracts/contract.js';
import { loadContracts } from '../../../src/schema/contracts/load-contracts.js';
import { valueStatement } from '../../../src/schema/drift/value-statements.js';
import { loadSqlParser } from '../../../src/schema/sql/parse-sql.js';
import { CONTRACT, RELATION } from './contracts/contract-fixture.js';

const parser = await loadSqlParser();

/** The live table keeps no check and no key, so all of the contract's are looked for in the rows. */
function textOf(contract: Contract): string {
  const relation = { ...RELATION, constraints: [], indexes: [] };
  return valueStatement(parser, contract, relation)?.statement.text ?? '';
}

function withCheck(expression: string): Contract {
  const check = { name: 'c', type: 'check' as const, columns: ['price'] };
  return { ...CONTRACT, constraints: [{ ...check, definition: `CHECK (${expression})` }] };
}

it('counts rows that break a check or repeat a key which nothing keeps', () => {
  expect(textOf(withCheck('(price > (0)::numeric)'))).toContain(
    'WHERE NOT ((price > (0)::numeric)\n)',
  );
  expect(textOf(CONTRACT)).toContain('count(DISTINCT (x."id"))');
});

it.each([
  '(pg_sleep(10) IS NULL)',
  '(price > (SELECT 1))',
  '("lo_import"(\'/etc/passwd\') > 0)',
  '(price > 0)) FROM x; DROP TABLE fills; SELECT (1',
  `(price > 0 OR symbol = E'\\'' OR pg_sleep(9) IS NULL OR symbol = '')`,
  `symbol = E'\\''); COMMIT; DROP TABLE fills; SELECT (symbol = '')`,
  '(price > 0)) OR (pg_catalog.pg_sleep(1) IS NULL',
  'price > 0 ORDER BY pg_sleep(1)',
])('runs no check that calls or asks for something: %s', (expression) => {
  expect(textOf(withCheck(expression))).not.toContain('WHERE NOT (');
});

it('runs every check of a contract of this build', () => {
  const checks = [...loadContracts().values()].flatMap(({ constraints }) =>
    (constraints ?? []).filter(({ type }) => type === 'check'),
  );
  expect(checks.length).toBeGreaterThan(30);
  for (const { definition, columns } of checks) {
    const fields = Object.fromEntries(columns.map((name) => [name, { type: 'numeric(28,8)' }]));
    const live = columns.map((name) => ({ name, type: 'numeric', nullable: true, default: null }));
    const constraints = [{ name: 'c', type: 'check' as const, columns, definition }];
    const made = valueStatement(
      parser,
      { ...CONTRACT, fields, constraints },
      { ...RELATION, columns: live, constraints: [], indexes: [] },
    );
    expect(made?.statement.text, definition ?? '').toContain('WHERE NOT (');
  }
});

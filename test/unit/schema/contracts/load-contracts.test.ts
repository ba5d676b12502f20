import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { contractText } from '../../../../src/schema/contracts/contract-text.js';
import { loadContracts, readContract } from '../../../../src/schema/contracts/load-contracts.js';
import { packageRoot } from '../../../../src/schema/package-root.js';
import { CONTRACT } from './contract-fixture.js';

it('reads what it has written', () => {
  expect(readContract('fills.yaml', contractText(CONTRACT))).toEqual(CONTRACT);
});

it.each([...loadContracts().entries()])('%s is written in one form', (table, contract) => {
  const file = join(packageRoot(), 'contracts', `${table}.yaml`);
  expect(readFileSync(file, 'utf8')).toBe(contractText(contract));
});

it.each([
  ['no YAML', 'a: [', 'Cannot use the contract'],
  ['a key that the format has not', 'colour: red', 'version'],
  ['a key twice', 'table: a\ntable: b', 'unique'],
])('refuses %s by name', (_what, text, words) => {
  expect(() => readContract('x.yaml', text)).toThrow(
    expect.objectContaining({
      code: 'CDB-E0440',
      what: expect.stringContaining('x.yaml'),
      ...(words !== 'Cannot use the contract' && { why: expect.stringContaining(words) }),
    }),
  );
});

it('refuses a list that names a column which the fields lack', () => {
  const text = contractText({ ...CONTRACT, insert_columns: ['side', 'colour'] });
  expect(() => readContract('x.yaml', text)).toThrow(
    expect.objectContaining({ why: expect.stringContaining('insert_columns names "colour"') }),
  );
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CATALOGUE } from '../../src/operator-error/catalogue.js';

const ROOT = join(import.meta.dirname, '../..');

test('every code in the catalogue is printed somewhere, or is marked as retired', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('catalogue.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));
  const all = [...sources, readFileSync(join(ROOT, 'bin/cdb.js'), 'utf8')].join('\n');
  const unused = Object.entries(ERROR_CATALOGUE)
    .filter(([code, meaning]) => !all.includes(code) && !meaning.includes('Retired'))
    .map(([code]) => code);
  expect(unused).toEqual([]);
});

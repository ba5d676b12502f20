import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const FOLDERS = ['test/integration/doctor', 'test/e2e'];
/** Real failures of a stack of this kind, each with a check that has to say so. */
const FAILURES = 58;

it('every failure of the catalogue has a scenario', () => {
  const numbers = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.test.ts'))
      .flatMap((name) => numbersIn(readFileSync(join(folder, name), 'utf8'))),
  );
  const all = Array.from({ length: FAILURES }, (_, at) => at + 1);
  expect(all.filter((number) => !numbers.includes(number))).toEqual([]);
});

function numbersIn(source: string): readonly number[] {
  return [...source.matchAll(/\bfailure\(\s*(\d+),/g)].map(([, number]) => Number(number));
}

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';
import { scanSource } from '../../unit/architecture/source-scan.js';

const FAKES = join(import.meta.dirname, '../../fakes');
const PACKAGES = ['protobufjs', 'ws'];

/** Imports that a fake venue must not have: it would agree with the code that it is to check. */
function foreignImports(path: string, text: string): readonly string[] {
  const folders = ['mexc', 'binance', 'venue'].map((folder) => join(FAKES, folder) + sep);
  return scanSource(path, text)
    .imports.map(({ specifier }) => specifier)
    .filter((specifier) => {
      if (!specifier.startsWith('.')) {
        return !specifier.startsWith('node:') && !PACKAGES.includes(specifier);
      }
      return !folders.some((folder) => join(path, '..', specifier).startsWith(folder));
    });
}

test('the fake venues share no code with src', () => {
  const files = ['mexc', 'binance', 'venue'].flatMap((folder) =>
    readdirSync(join(FAKES, folder), { withFileTypes: true }).map((file) =>
      join(FAKES, folder, file.name),
    ),
  );
  expect(files.length).toBeGreaterThan(20);
  const found = files.map((path) => [
    relative(FAKES, path),
    ...foreignImports(path, readFileSync(path, 'utf8')),
  ]);
  expect(found.filter((one) => one.length > 1)).toEqual([]);
});

test('an import of src or of another package in a fake venue is found', () => {
  const path = join(FAKES, 'mexc', 'x.ts');
  const imports = ["'../../../src/a.js'", "'../engine/until.js'", "'zod'"];
  for (const one of imports) {
    expect(foreignImports(path, `import { a } from ${one};`)).toHaveLength(1);
    expect(foreignImports(path, `import type { a } from ${one};`)).toHaveLength(1);
  }
  expect(foreignImports(path, "import { a } from '../venue/b.js';")).toEqual([]);
});

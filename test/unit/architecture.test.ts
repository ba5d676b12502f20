import { describe, expect, test } from 'vitest';
import { ARROWS, BANS, DETERMINISTIC, PURE } from './architecture/rules.js';
import { treeOnDisk } from './architecture/source-tree.js';
import { violations } from './architecture/violations.js';

function broken(files: Readonly<Record<string, string>>): readonly string[] {
  return violations(new Map(Object.entries(files)));
}

/** One pair of folders for each arrow that is not allowed. */
const FORBIDDEN = Object.entries(ARROWS).flatMap(([from, allowed]) =>
  Object.keys(ARROWS)
    .filter((to) => to !== from && !allowed.includes(to))
    .map((to) => [from, to] as const),
);

/** `import '../../engine/domain/x.js'` as a file in `from` writes it. */
function importOf(from: string, to: string): string {
  return `import { x } from '${'../'.repeat(from.split('/').length)}${to}/x.js';\nexport const y = x;\n`;
}

test('architecture holds in src', { timeout: 60_000 }, () => {
  const tree = treeOnDisk();
  expect(tree.size).toBeGreaterThan(20);
  expect(violations(tree)).toEqual([]);
});

describe('architecture fails on', () => {
  test.each(FORBIDDEN)('an arrow from %s to %s', (from, to) => {
    const files = { [`${from}/a.ts`]: importOf(from, to), [`${to}/x.ts`]: 'export const x = 1;\n' };
    expect(broken(files)).toEqual([expect.stringContaining(`${from} must not import ${to}`)]);
  });

  test('a forbidden arrow that is only a type, a re-export or dynamic', () => {
    const to = { 'adapters/x.ts': 'export const x = 1;\n' };
    for (const text of [
      "import type { x } from '../adapters/x.js';",
      "export * from '../adapters/x.js';",
      "export const y = () => import('../adapters/x.js');",
      "export type Y = import('../adapters/x.js').X;",
    ]) {
      expect(broken({ ...to, 'engine/a.ts': text }), text).toHaveLength(1);
    }
  });

  test.each(Object.keys(PURE))('a package in %s', (folder) => {
    const file = `${folder}/a.ts`;
    const text = "import { readFileSync } from 'node:fs';\nexport const y = readFileSync;\n";
    expect(broken({ [file]: text })).toEqual([
      `${file}: ${folder} must not import the package node:fs`,
    ]);
    expect(broken({ [file]: "import type { Stats } from 'node:fs';\n" })).toEqual([]);
  });

  test('a folder without a rule', () => {
    expect(broken({ 'misc/a.ts': '' })).toEqual([expect.stringContaining('has no import rule')]);
  });

  test('an import of a file that is not there', () => {
    expect(broken({ 'engine/a.ts': "import './b.js';" })).toEqual([
      expect.stringContaining('cannot resolve'),
    ]);
  });

  test('a cycle of values, not one of types', () => {
    const files = (keyword: string) => ({
      'engine/a.ts': "import { b } from './b.js';\nexport const a = () => b;\n",
      'engine/b.ts': `${keyword} { a } from './c.js';\nexport const b = 1;\n`,
      'engine/c.ts': "export { a } from './a.js';\n",
    });
    expect(broken(files('import'))).toEqual([expect.stringContaining('import cycle: engine/a.ts')]);
    expect(broken(files('import type'))).toEqual([]);
  });

  test('a file whose name says nothing', () => {
    expect(broken({ 'engine/utils.ts': '' })).toEqual(['engine/utils.ts: name the concept']);
  });
});

const BANNED_CODE: Readonly<Record<string, string>> = {
  'Date.now()': 'const t = Date\n  .now();',
  'new Date()': 'const t = new Date();',
  'Math.random()': 'const r = Math.random();',
  randomUUID: 'const id = crypto.randomUUID();',
  'performance.now': 'const t = performance.now();',
  'process.*': 'const e = process.env;',
  setTimeout: 'setTimeout(f, 1);',
  setInterval: 'setInterval(f, 1);',
  setImmediate: 'setImmediate(f);',
  'console.*': 'console.log(1);',
  localeCompare: 'a.localeCompare(b);',
  'toLocale*String': 'a.toLocaleUpperString();',
  'Intl.*': 'new Intl.NumberFormat();',
  await: 'async function f() { await g(); }',
  Promise: 'const p = Promise.resolve();',
};

describe('determinism', () => {
  test.each(Object.keys(BANS))('bans %s in every deterministic folder', (name) => {
    const code = BANNED_CODE[name];
    expect(code).toBeDefined();
    for (const folder of DETERMINISTIC) {
      expect(broken({ [`${folder}/a.ts`]: code ?? '' })).toContainEqual(
        expect.stringContaining(`${folder} must not use ${name}`),
      );
    }
    expect(broken({ 'engine/a.ts': code ?? '' })).toEqual([]);
  });

  test('excuses a line that says why', () => {
    const code = 'const t = Date.now(); // nondeterministic-ok: printed only';
    expect(broken({ 'engine/domain/a.ts': code })).toEqual([]);
  });

  test('ignores what stands in comments and texts', () => {
    const code =
      '/** Never Date.now(). */\n// setTimeout\nconst a = `${b} await`; const c = "Promise";';
    expect(broken({ 'engine/domain/a.ts': code })).toEqual([]);
  });

  test('names the line', () => {
    expect(broken({ 'engine/stages/a.ts': '\n\nconst r = Math.random();' })).toEqual([
      'engine/stages/a.ts:3: engine/stages must not use Math.random()',
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KEY_BINDINGS } from '../../../src/tui/keys/keymap.js';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/dashboard.md'), 'utf8');

test('the page for operators has every key as the screen knows it, in the same order', () => {
  const [, keys = ''] = PAGE.split('\n## Keys\n');
  const [section = ''] = keys.split('\n## ');
  const rows = [...section.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(([, key, does]) => [
    key,
    does,
  ]);
  expect(rows).toEqual(KEY_BINDINGS.map(({ label, does }) => [label, does]));
});

test('no key does two things', () => {
  const keys = KEY_BINDINGS.flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

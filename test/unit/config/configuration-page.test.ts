import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFIG_KEYS } from '../../../src/config/keys.js';

test('docs/configuration.md lists every key as the schema has it, and no other', () => {
  const path = join(import.meta.dirname, '../../../docs/configuration.md');
  const table = readFileSync(path, 'utf8').split('## Keys')[1] ?? '';
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const expected = CONFIG_KEYS.filter(({ threshold }) => threshold === undefined).map(
    ({ key, env, fallback, summary }) => [
      `\`${key}\``,
      `\`${env}\``,
      fallback === undefined ? 'not set' : `\`${JSON.stringify(fallback)}\``,
      summary,
    ],
  );
  expect(rows).toEqual(expected);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT_MEANINGS, HELP_TOPICS } from '../../../src/commands/help-topics.js';
import { run } from '../../../src/commands/help.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { EXIT } from '../../../src/operator-error.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

function help(topic: string): string {
  const io = fakeCommandIo();
  expect(run(new ParsedOptions({ topic }), io)).toBe(EXIT.OK);
  return io.out.join('');
}

describe('cdb help', () => {
  test('exit-codes lists every status with its meaning', () => {
    for (const [name, status] of Object.entries(EXIT)) {
      expect(help('exit-codes')).toMatch(new RegExp(`^ *${status} +${name} +\\w`, 'm'));
    }
  });

  test('environment lists the twin of every key', () => {
    for (const { env, threshold } of CONFIG_KEYS) {
      if (threshold === undefined) expect(help('environment')).toContain(`${env} `);
    }
  });

  test('every topic that the table names exists', () => {
    expect(Object.keys(HELP_TOPICS)).toEqual(['exit-codes', 'environment', 'json', 'safety']);
  });

  test('an unknown topic suggests one', () => {
    expect(() => help('exit-code')).toThrow(
      expect.objectContaining({ exit: EXIT.NOT_FOUND, todo: 'cdb help exit-codes' }),
    );
  });
});

test('docs/exit-codes.md has the same table', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/exit-codes.md'), 'utf8');
  const rows = new Map<string, string>(Object.entries(EXIT_MEANINGS));
  for (const [name, status] of Object.entries(EXIT)) {
    expect(page).toMatch(new RegExp(`^\\| +${status} +\\| ${name} `, 'm'));
    expect(page).toContain(rows.get(name));
  }
});

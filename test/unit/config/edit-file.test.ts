import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withSetting } from '../../../src/config/edit-file.js';
import { fileSettings } from '../../../src/config/file-settings.js';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { configTemplate } from '../../../src/config/template.js';

function edit(text: string, name: string, value: unknown): string | null {
  const key = CONFIG_KEYS.find((known) => known.key === name);
  if (key === undefined) throw new Error(`no key ${name}`);
  return withSetting({ path: 'cdb.yaml', text }, key, value);
}

function meaning(text: string) {
  const { settings, faults } = fileSettings({ path: 'cdb.yaml', text });
  expect(faults).toEqual([]);
  return Object.fromEntries(settings.map(({ key, raw }) => [key, raw]));
}

describe('withSetting', () => {
  test.each([
    ['', 'run:\n  seed: 7\n'],
    ['# ours\n', '# ours\n\nrun:\n  seed: 7\n'],
    ['run:\n  seed: 1 # why\n', 'run:\n  seed: 7 # why\n'],
    ['run:\n', 'run:\n  seed: 7\n'],
    [
      '# a\nrun:\n  # c\n  mode: paper # d\n\n# e\n',
      '# a\nrun:\n  # c\n  mode: paper # d\n  seed: 7\n\n# e\n',
    ],
    ['run: { mode: paper }\n', 'run: { mode: paper, seed: 7 }\n'],
    ['run.seed: 1\n', 'run.seed: 7\n'],
  ])('sets a key in %j', (before, after) => {
    expect(edit(before, 'run.seed', 7)).toBe(after);
  });

  test('sets a threshold where it stands, and else below overrides', () => {
    const name = 'thresholds.overrides.regime.adxTrend';
    const nested = 'thresholds:\n  overrides:\n    regime:\n      adxTrend: 30\n';
    expect(edit(nested, name, 31)).toBe(nested.replace('30', '31'));
    expect(edit('', name, 31)).toBe('thresholds:\n  overrides:\n    regime.adxTrend: 31\n');
  });

  test('sets lists and text that needs quotes', () => {
    expect(meaning(edit('', 'feed.symbols', ['A', 'B: c']) ?? '')).toEqual({
      'feed.symbols': ['A', 'B: c'],
    });
    expect(meaning(edit('', 'stateDir', '#1') ?? '')).toEqual({ stateDir: '#1' });
  });

  test('leaves a file alone that it would change elsewhere', () => {
    const alias = 'journal: &one\n  fsync: false\nrun: *one\n';
    expect(edit(alias, 'run.seed', 7)).toBeNull();
    expect(edit('feed:\n  symbols: # ours\n    - A # b\n', 'feed.symbols', ['B'])).toBeNull();
  });

  test('changes one key of a whole template and no comment', () => {
    const template = configTemplate();
    const everything = template.replace(/^# /gm, '').replace(/^Configuration[^]*?\n\n/, '');
    const keys = CONFIG_KEYS.filter(({ fallback }) => fallback !== undefined);
    fc.assert(
      fc.property(
        fc.constantFrom(template, everything),
        fc.constantFrom(...keys),
        fc.string(),
        (text, key, value) => {
          const after = edit(text, key.key, value);
          expect(after).not.toBeNull();
          expect(meaning(after ?? '')).toEqual({ ...meaning(text), [key.key]: value });
          const comments = (lines: string) => lines.match(/# .*/g) ?? [];
          for (const comment of comments(text)) expect(after).toContain(comment.trim());
        },
      ),
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS, GLOBAL_OPTIONS } from '../../src/commands/command-table.js';
import { HELP_TOPICS } from '../../src/commands/help/topics.js';
import { buildProgram } from '../../src/main/program.js';
import { lineMentions, markdownMentions, sourceMentions } from './documented-commands/extract.js';
import type { Mention } from './documented-commands/extract.js';
import { complaint } from './documented-commands/judge.js';

const ROOT = join(import.meta.dirname, '../..');

function complaints(mentions: readonly Mention[]): readonly string[] {
  return mentions.flatMap((mention) => complaint(mention) ?? []);
}

describe('every command that is printed works as it is printed', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));

  test.each(['README.md', 'CHANGELOG.md', ...pages.map((name) => `docs/${name}`)])('%s', (page) => {
    expect(complaints(markdownMentions(readFileSync(join(ROOT, page), 'utf8')))).toEqual([]);
  });

  test('pages and sources have commands at all', () => {
    const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
    expect(markdownMentions(page).length).toBeGreaterThan(8);
  });

  test('errors, hints and summaries', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    const mentions = sources
      .filter((name) => name.endsWith('.ts') && !name.endsWith('-script.ts'))
      .flatMap((name) => sourceMentions(name, readFileSync(join(ROOT, 'src', name), 'utf8')));
    expect(mentions.length).toBeGreaterThan(30);
    expect(complaints(mentions)).toEqual([]);
  });

  test('the examples and topics of help', () => {
    let text = '';
    const program = buildProgram('0', COMMANDS, {
      onCall: () => undefined,
      onHelp: () => undefined,
      onText: (more) => (text += more),
    });
    program.outputHelp();
    const table = { commands: COMMANDS, globalOptions: GLOBAL_OPTIONS };
    const topics = Object.values(HELP_TOPICS).map((topic) => topic(table));
    const lines = [text, ...topics].join('\n').split('\n');
    const mentions = lines.flatMap((line) => lineMentions(line.trim()));
    expect(mentions.length).toBeGreaterThan(3);
    const prose = lines.map((line): Mention => ({ text: line, kind: 'prose' }));
    expect(complaints(prose)).toEqual([]);
  });
});

describe('the check', () => {
  test.each([
    ['    npx cdb run --papr', /unknown option/],
    ['    cd x && npx cdb statsu', /unknown command/],
    ['    cdb kill-switch engage --bogus   stop', /unknown option/],
    ['```\ncdb replay > x\n```', /missing required argument/],
    ['look at `cdb fills --snce 1h`', /unknown option/],
    ['    cdb run --duration 60', /invalid/],
    ['look at `cdb migrate sideways`', /unknown command/],
  ])('finds what is wrong in %j', (page, words) => {
    expect(complaints(markdownMentions(page))).toEqual([expect.stringMatching(words)]);
  });

  test.each([
    ["const todo = 'cdb teleport now';", /no command "teleport"/],
    ['const todo = `see "cdb fills --snce ${x}"`;', /no flag --snce/],
  ])('finds what is wrong in %j', (source, words) => {
    expect(complaints(sourceMentions('x.ts', source))).toEqual([expect.stringMatching(words)]);
  });

  test.each([
    '    npx cdb status      do effects flow?\n    cdb   STALLED   PAPER',
    'say `cdb replay` or `cdb config`, or `cdb kill-switch release --operator NAME --confirm x`',
  ])('leaves alone what is right: %j', (page) => {
    expect(complaints(markdownMentions(page))).toEqual([]);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { optionNames } from '../../../src/commands/command-spec.js';
import { COMMANDS, GLOBAL_OPTIONS } from '../../../src/commands/command-table.js';
import { HELP_TOPIC_NAMES } from '../../../src/commands/help/topic-names.js';
import type { CommandTree } from '../../../src/commands/help/command-tree.js';
import { EXIT_MEANINGS, HELP_TOPICS } from '../../../src/commands/help/topics.js';
import { run } from '../../../src/commands/help.js';
import { errorText } from '../../../src/commands/output/error-text.js';
import { ParsedOptions } from '../../../src/commands/parsed-options.js';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { EXIT, OperatorError } from '../../../src/operator-error.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';

const SHOWN_COMMANDS = COMMANDS.filter(({ hidden }) => hidden !== true);
const SERVICES = { commandTable: { commands: COMMANDS, globalOptions: GLOBAL_OPTIONS } };
const SRC = join(import.meta.dirname, '../../../src');

function help(topic: string, more: { tree?: boolean } = {}): string {
  const io = fakeCommandIo();
  const words = topic.split(' ').filter((word) => word !== '');
  expect(run(new ParsedOptions({ topic: words, ...more }), io, SERVICES)).toBe(EXIT.OK);
  return io.out.join('');
}

function helpJson(topic: string): { schema: string; data: CommandTree } {
  const io = fakeCommandIo({ outputFormat: 'json' });
  const words = topic.split(' ').filter((word) => word !== '');
  run(new ParsedOptions({ topic: words }), io, SERVICES);
  return JSON.parse(io.out.join('')) as { schema: string; data: CommandTree };
}

function sources(): readonly string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(SRC, name), 'utf8'));
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

  test('environment names every variable that the code reads', () => {
    const read = sources().flatMap((text) =>
      [...text.matchAll(/\benv(?:\.|\[')([A-Z][A-Z_]+)/g)].map(([, name = '']) => name),
    );
    expect(new Set(read).size).toBeGreaterThan(5);
    const internal = ['NODE_ENV', 'PWD'];
    for (const name of read.filter((one) => !internal.includes(one))) {
      expect(help('environment'), name).toMatch(new RegExp(`(?:^|, )${name}\\b`, 'm'));
    }
  });

  test('environment says that nothing is sent', () => {
    expect(help('environment')).toMatch(/no telemetry .* no updates/);
  });

  test('json has the schema of errors as they are printed', () => {
    const text = help('json');
    const schema = JSON.parse(text.slice(text.indexOf('\n{'), text.lastIndexOf('}') + 1));
    const fault = { what: 'a', why: 'b', todo: 'c' };
    const error = new OperatorError({ code: 'CDB-E0001', exit: EXIT.USAGE, ...fault });
    const printed = JSON.parse(errorText(error, 'json'));
    expect(Object.keys(printed)).toEqual(schema.required);
    expect(printed.schema).toBe(schema.properties.schema.const);
    const { properties } = schema.properties.error;
    expect(Object.keys(printed.error)).toEqual(Object.keys(properties));
    expect(properties.code.enum).toContain('CDB-E0001');
    expect(properties.exit.enum).toEqual(Object.values(EXIT));
  });

  test('every topic that the table names exists, and no other', () => {
    expect(Object.keys(HELP_TOPICS)).toEqual([...HELP_TOPIC_NAMES]);
    const summary = COMMANDS.find(({ name }) => name === 'help')?.summary;
    for (const name of HELP_TOPIC_NAMES) expect(summary).toContain(name);
  });

  test.each([
    ['exit-code', 'cdb help exit-codes'],
    ['statsu', 'cdb help status'],
    ['config shwo', 'cdb help config show'],
    ['json fils', 'cdb help json fills'],
    ['nothing like any of them', 'cdb --help'],
  ])('an unknown topic suggests one: %s', (topic, todo) => {
    expect(() => help(topic)).toThrow(expect.objectContaining({ exit: EXIT.NOT_FOUND, todo }));
  });
});

describe('cdb help json <command>', () => {
  test('is the schema of what the command prints', () => {
    const schema = JSON.parse(help('json config show'));
    expect(schema.properties.schema).toEqual({ enum: ['cdb.config.show/1'] });
    const printed = helpJson('safety');
    const own = JSON.parse(help('json help'));
    expect(Object.keys(printed)).toEqual(own.required);
    expect(own.properties.schema.enum).toContain(printed.schema);
  });

  test('of a noun is one schema for each verb', () => {
    const verbs = SHOWN_COMMANDS.filter(({ name }) => name.startsWith('kill-switch '));
    expect(JSON.parse(help('json kill-switch'))).toHaveLength(verbs.length);
  });

  test('names exactly the envelopes that the commands print', () => {
    const printed = sources().flatMap((text) =>
      [
        ...text.matchAll(/\bcommand: '([a-z0-9.-]+)'/g),
        ...text.matchAll(/\benvelope\('([a-z.-]+)'/g),
        ...text.matchAll(/\bwriteResults\(io, '([\w.-]+)'/g),
      ].map(([, name = '']) => `cdb.${name}/1`),
    );
    const listed = helpJson('').data.commands.flatMap(({ envelopes }) => envelopes);
    expect([...new Set(printed)].sort()).toEqual([...new Set(listed)].sort());
  });
});

describe('cdb help --tree', () => {
  test('as JSON has every command with its options, and the global options once', () => {
    const { schema, data } = helpJson('');
    expect(schema).toBe('cdb.help.tree/1');
    const names = (options: readonly { flags: readonly string[] }[]) =>
      options.map(({ flags }) => flags);
    expect(names(data.global_options)).toEqual(GLOBAL_OPTIONS.map(optionNames));
    for (const { name, summary, options = [], arguments: parts = [] } of SHOWN_COMMANDS) {
      const shown = data.commands.find((command) => command.name === name);
      expect(shown?.summary).toBe(summary);
      expect(names(shown?.options ?? [])).toEqual(options.map(optionNames));
      expect(shown?.arguments.map(({ form }) => form)).toEqual(parts.map(({ form }) => form));
    }
    expect(data.commands).toHaveLength(SHOWN_COMMANDS.length);
    expect(data.topics).toEqual([...HELP_TOPIC_NAMES]);
  });

  test('says choices, default, configuration key, variable and whether an option repeats', () => {
    const [run] = helpJson('run').data.commands;
    const option = (flag: string) => run?.options.find(({ flags }) => flags.includes(flag));
    expect(option('--thresholds')).toMatchObject({
      value: { name: 'set', kind: 'choice', choices: ['default', 'reference'] },
      default: 'default',
      config_key: 'thresholds.set',
      env: 'CDB_THRESHOLDS_SET',
      repeatable: false,
    });
    expect(option('--set')).toMatchObject({ repeatable: true, env: 'CDB_THRESHOLDS_OVERRIDES_*' });
    expect(option('--paper')).toMatchObject({ value: null, config_value: 'paper' });
    expect(option('-q')).toMatchObject({ flags: ['-q', '--quiet'], config_key: null });
    expect(option('--duration')).toMatchObject({ value: { kind: 'time', choices: null } });
  });

  test('of one command leaves the others out', () => {
    const names = (topic: string) => helpJson(topic).data.commands.map(({ name }) => name);
    expect(names('fills')).toEqual(['fills']);
    expect(names('streams')).toEqual([
      'streams list',
      'streams tail',
      'streams peek',
      'streams lag',
    ]);
  });

  test('as text names every command, argument and option', () => {
    const text = help('', { tree: true });
    for (const { name, options = [], arguments: parts = [] } of SHOWN_COMMANDS) {
      expect(text).toContain(`cdb ${[name, ...parts.map(({ form }) => form)].join(' ')}  `);
      for (const option of options) expect(text).toContain(optionNames(option).join(', '));
    }
    for (const option of GLOBAL_OPTIONS) expect(text).toContain(optionNames(option).join(', '));
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

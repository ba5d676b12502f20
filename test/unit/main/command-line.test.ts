import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { COMMANDS, GLOBAL_OPTIONS } from '../../../src/commands/command-table.js';
import { readCommandLine } from '../../../src/main/command-line.js';
import { OperatorError } from '../../../src/operator-error.js';

function call(line: string) {
  const found = readCommandLine(line.split(' '), '1.2.3');
  if (found === undefined) throw new Error(`no call for "${line}"`);
  return found;
}

function refused(line: string): OperatorError {
  try {
    call(line);
  } catch (fault) {
    if (fault instanceof OperatorError) return fault;
  }
  throw new Error(`"${line}" was not refused`);
}

describe('command line', () => {
  test('global flags count before and after the command', () => {
    for (const line of ['--state-dir d --json version', 'version --state-dir d --json']) {
      const { spec, options } = call(line);
      expect(spec.name).toBe('version');
      expect(options.text('stateDir')).toBe('d');
      expect(options.flag('json')).toBe(true);
    }
  });

  test('a flag that overrides configuration says so', () => {
    expect(call('version --state-dir d').options.configFlags).toEqual([
      { key: 'stateDir', flag: '--state-dir', text: 'd' },
    ]);
    expect(call('run --paper --symbols A,B --set regime.adxTrend=9').options.configFlags).toEqual([
      { key: 'run.mode', flag: '--paper', text: 'paper' },
      { key: 'feed.symbols', flag: '--symbols', text: 'A,B' },
      { key: 'thresholds.overrides.regime.adxTrend', flag: '--set', text: '9' },
    ]);
  });

  test('values arrive read, under the key that says their unit', () => {
    const { options } = call(
      'run --duration 2m --speed max --seed 7 --restart --set a=1 --set b=2',
    );
    expect(options.number('durationMs')).toBe(120_000);
    expect(options.text('speed')).toBe('max');
    expect(options.number('seed')).toBe(7);
    expect(options.flag('restart')).toBe(true);
    expect(options.flag('json')).toBe(false);
    expect(call('run -q').options.flag('quiet')).toBe(true);
    expect(options.list('set')).toEqual(['a=1', 'b=2']);
    expect(call('streams tail stream.fills -n 3').options.text('name')).toBe('stream.fills');
  });

  test.each([
    ['status', undefined],
    ['status --watch', 2_000],
    ['status -w', 2_000],
    ['status --watch=500ms', 500],
    ['status -w 1h --json', 3_600_000],
  ])('a flag may leave its value to the preset: %s', (line, watchMs) => {
    expect(call(line).options.number('watchMs')).toBe(watchMs);
  });

  test.each(['100ms', '2h', 'fast', '2'])('status --watch=%s is out of its bounds', (time) => {
    expect(refused(`status --watch=${time}`)).toMatchObject({ code: 'CDB-E0002', exit: 2 });
  });

  test('a list of fields is taken by the commands that list rows, and by no other', () => {
    const lists = COMMANDS.filter(({ options = [] }) =>
      options.some(({ flags }) => flags.startsWith('--fields')),
    );
    expect(lists.map(({ name }) => name)).toEqual([
      'fills',
      'blocks',
      'streams list',
      'streams tail',
      'streams lag',
      'audit verify',
      'audit tail',
      'contracts list',
      'gate list',
      'migrate status',
      'migrate verify',
      'config show',
    ]);
    expect(call('fills --fields a,b').options.list('fields')).toEqual(['a', 'b']);
    expect(refused('status --fields a').what).toContain('--fields');
  });

  test('asking for an option that the command does not declare is a bug', () => {
    const { options } = call('version');
    expect(() => options.text('feed')).toThrow('Invariant: option feed is declared');
    expect(() => options.text('json')).not.toThrow();
    expect(() => call('version --json').options.text('json')).toThrow(
      'Invariant: option json is text',
    );
  });

  test.each([
    ['statsu', 'Unknown command "statsu"', 'did you mean status? cdb --help'],
    ['config shw', 'Unknown command "shw"', 'did you mean show? cdb config --help'],
    ['kill-switch status --x', 'Unknown option "--x"', 'cdb kill-switch status --help'],
    ['stop --state-dir=', 'Cannot read "--state-dir <dir>": required a path', 'cdb stop --help'],
    ['streams tail', 'Missing required argument "name"', 'cdb streams tail --help'],
    ['version -q', 'Unknown option "-q"', 'cdb version --help'],
    ['version --jsno', 'Unknown option "--jsno"', 'did you mean --json? cdb version --help'],
    ['engage', 'Unknown command "engage"', 'did you mean cdb kill-switch engage? cdb --help'],
    ['engag', 'Unknown command "engag"', 'did you mean cdb kill-switch engage? cdb --help'],
    ['gat', 'Unknown command "gat"', 'did you mean gate? cdb --help'],
    ['tial', 'Unknown command "tial"', 'did you mean cdb streams tail or cdb audit tail?'],
    [
      'status --output jsno',
      'Cannot read "--output <format>": required one of text, json, jsonl, current is "jsno"',
      'did you mean json? cdb status --help',
    ],
    ['replay sample --emit fills,oders', 'any of candles, ', 'did you mean orders?'],
    ['status --password=hush', 'Unknown option "--password"', 'cdb status --help'],
    ['run --speed fast', 'Cannot read "--speed <factor>": required a factor', 'cdb run --help'],
    [
      'run --duration 60',
      'with its unit (ms, s, m, h, d) such as "30s", current is "60"',
      'cdb run --help',
    ],
    ['run --feed', 'Option "--feed <source>" argument missing', 'cdb run --help'],
    ['replay', 'Missing required argument "file"', 'cdb replay --help'],
    ['version extra', 'Too many arguments for "version"', 'cdb version --help'],
    ['config', 'Missing command after "config"', 'cdb config init, cdb config show'],
    ['config', 'Missing command after "config"', 'cdb config get KEY, cdb config set KEY VALUE'],
  ])('%s is refused with exit 2', (line, what, todo) => {
    const error = refused(line);
    expect(error.exit).toBe(2);
    expect(error.what).toContain(what);
    expect(error.todo).toContain(todo);
  });
});

describe('kill-switch engage', () => {
  const engage = 'kill-switch engage';

  test.each([
    [engage],
    [`${engage} --bogus`],
    [`${engage} --output xml`],
    [`--bogus 1 ${engage}`],
    [`${engage} --timeout 5 --reason`],
    [`${engage} --level banana -n 3`],
    [`${engage} now please`],
  ])('is never prevented: %s', (line) => {
    expect(call(line).spec.name).toBe(engage);
  });

  test('keeps what it understands and passes the rest on', () => {
    const { options } = call(
      `${engage} spread --bogus --timeout 5 --scope symbol:A --level=reduce gap`,
    );
    expect(options.list('scope')).toEqual(['symbol:A']);
    expect(options.text('level')).toBe('reduce');
    expect(options.number('timeoutMs')).toBeUndefined();
    expect(options.list('text')).toEqual(['spread', '--bogus', 'gap']);
  });

  test('keeps --state-dir on a line that is otherwise refused', () => {
    const { options } = call(`${engage} --timeout 5 --state-dir d`);
    expect(options.configFlags).toEqual([{ key: 'stateDir', flag: '--state-dir', text: 'd' }]);
  });

  test('no other command gets this treatment', () => {
    expect(refused('kill-switch release --bogus').exit).toBe(2);
    expect(refused('kill-switch engag').exit).toBe(2);
  });
});

describe('help', () => {
  let printed = '';
  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('opens with three examples and lists every command', () => {
    expect(readCommandLine(['--help'], '1')).toBeUndefined();
    expect(printed.startsWith('Examples:\n  cdb run --shadow --feed sample')).toBe(true);
    expect(printed.split('Usage:')[0]?.match(/^ {2}cdb /gm)).toHaveLength(3);
    for (const { name, hidden } of COMMANDS) {
      const line = `\n  ${name.split(' ')[0] ?? ''}`;
      expect(printed.includes(line), name).toBe(hidden !== true);
    }
  });

  test.each([[[]], [['help']]])('%j prints the same', (args) => {
    expect(readCommandLine(args, '1')).toBeUndefined();
    expect(printed).toContain('Usage: cdb');
  });

  test('of one command has its own and the global flags', () => {
    expect(readCommandLine(['help', 'config', 'show'], '1')).toBeUndefined();
    expect(printed).toContain('--origin');
    expect(printed).toContain('--state-dir');
    expect(printed).not.toContain('Examples:');
  });

  test('of an unknown topic is left to the help command', () => {
    expect(call('help exit-codes').options.list('topic')).toEqual(['exit-codes']);
    expect(call('--state-dir d help exit-code').options.list('topic')).toEqual(['exit-code']);
    expect(call('help run --tree').options.flag('tree')).toBe(true);
  });

  test.each([
    [['help', '--json'], []],
    [
      ['help', 'config', 'show', '--json'],
      ['config', 'show'],
    ],
    [['--json', 'help', 'config'], ['config']],
    [['--help', '--json'], []],
    [
      ['config', 'show', '--help', '--json'],
      ['config', 'show'],
    ],
  ])('%j is left to the help command, since commander writes text only', (args, topic) => {
    const found = readCommandLine(args, '1', 'json');
    expect(found?.spec.name).toBe('help');
    expect(found?.options.list('topic')).toEqual(topic);
    expect(printed).toBe('');
  });

  test('of the kill switch engages nothing, wherever the flags are', () => {
    for (const line of ['help kill-switch engage', '--state-dir d help kill-switch engage']) {
      expect(readCommandLine(line.split(' '), '1')).toBeUndefined();
    }
    expect(printed).toContain('Usage: cdb kill-switch engage');
  });

  test('--version prints the version', () => {
    expect(readCommandLine(['-V'], '1.2.3')).toBeUndefined();
    expect(printed).toBe('1.2.3\n');
  });
});

test('every example flag in the table is declared once per command', () => {
  for (const { name, options = [] } of COMMANDS) {
    const flags = [...GLOBAL_OPTIONS, ...options].flatMap((option) =>
      option.flags.match(/--?[a-z-]+/g),
    );
    expect(new Set(flags).size, name).toBe(flags.length);
  }
});

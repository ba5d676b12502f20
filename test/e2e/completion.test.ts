import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openLocalEventLog } from '../../src/adapters/files/local-event-log.js';
import { prepareStateDirectory, stateDirectory } from '../../src/adapters/files/state-directory.js';
import { acquireEngineLock } from '../../src/adapters/files/engine-lock.js';
import { systemClock } from '../../src/adapters/system-clock.js';
import { COMMANDS } from '../../src/commands/command-table.js';
import { streamsDirectory } from '../../src/main/engine/places.js';
import { CDB, runCdb } from './run-cdb.js';
import { BASH, FISH, isInstalled, ZSH } from './shells.js';

/** Bash is on every machine that runs cdb; `.ci/run` brings the others where it can. */
const SHELLS = [BASH, ...[ZSH, FISH].filter(({ name }) => isInstalled(name))];

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-completion-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

/** What a run leaves: a stream with a symbol and strategies, one of them with a blank. */
async function leaveNames(stateDir: string): Promise<void> {
  const state = stateDirectory(stateDir);
  prepareStateDirectory(state);
  const log = openLocalEventLog(streamsDirectory(state), { clock: systemClock() });
  const entry = (seq: number, fields: Readonly<Record<string, string>>) => ({
    id: { seq, ord: 0 },
    fields,
  });
  await log.append('stream.fills', [
    entry(1, { symbol: 'BTCUSDT', strategy_id: 'momentum' }),
    entry(2, { symbol: 'ETHUSDT', strategy_id: 'my strategy' }),
    entry(3, { symbol: '\u001b[2Jevil', strategy_id: 'a\nb' }),
  ]);
  await log.close();
}

async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await runCdb(['__complete', ...words], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t')[0] ?? '');
}

describe('cdb __complete', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['sta'], [':none', 'status']],
    [
      ['kill-switch', ''],
      [':none', 'engage', 'status', 'history', 'drill', 'release'],
    ],
    [
      ['--state-dir', 'x', '--json', 'kill-switch', 're'],
      [':none', 'release'],
    ],
    [['status', '--json', '--j'], [':none']],
    [
      ['run', '--set', 'a=1', '--se'],
      [':none', '--seed', '--set'],
    ],
    [
      ['--output', ''],
      [':none', 'text', 'json', 'jsonl'],
    ],
    [
      ['status', '--output=json'],
      [':none', '--output=json', '--output=jsonl'],
    ],
    [
      ['blocks', '--by', 's'],
      [':none', 'symbol', 'strategy'],
    ],
    [
      ['replay', 'x', '--emit', 'fills,o'],
      [':none', 'fills,orders'],
    ],
    [
      ['run', '--feed', 's'],
      [':file', 'sample'],
    ],
    [['--state-dir', ''], [':directory']],
    [['fills', '--config='], [':file']],
    [['evaluate', 'gate', ''], [':file']],
    [['evaluate', 'gate', 'x', ''], [':none']],
    [
      ['run', '--set', 'regime.adxT'],
      [':none nospace', 'regime.adxTrend='],
    ],
    [
      ['explain', 'RC_00'],
      [':none', 'RC_002', 'RC_003', 'RC_004', 'RC_001'],
    ],
    [
      ['explain', 'CDB-E010'],
      [':none', ...[1, 2, 3, 4, 5].map((n) => `CDB-E010${n}`)],
    ],
    [
      ['config', 'get', 'metrics.'],
      [':none', 'metrics.host', 'metrics.port'],
    ],
    [
      ['config', 'set', 'run.mode', ''],
      [':none', 'shadow', 'paper'],
    ],
    [
      ['completion', ''],
      [':none', 'bash', 'zsh', 'fish'],
    ],
    [
      ['help', 'js'],
      [':none', 'json'],
    ],
    [
      ['help', 'json', 'streams', 't'],
      [':none', 'tail'],
    ],
    [
      ['streams', 'tail', 'stream.f'],
      [':none', 'stream.fills'],
    ],
    [
      ['kill-switch', 'engage', '--level', ''],
      [':none', 'halt', 'reduce'],
    ],
    [
      ['kill-switch', 'engage', '--reason', 'man'],
      [':none', 'manual'],
    ],
    [
      ['kill-switch', 'engage', '--scope', 's'],
      [':none nospace', 'strategy:', 'symbol:'],
    ],
  ])('%j', async (words, expected) => {
    const found = await offered(...words);
    // With no argument due the flags are offered; --help ends them all.
    expect(found.filter((word) => expected.length > 1 || !word.startsWith('-'))).toEqual(expected);
  });

  test.each([
    [['kill-switch', 'release', '--confirm', '']],
    [['kill-switch', 'release', '--operator', '']],
    [['kill-switch', 'engage', '-m', '']],
    [['no-such-command', '']],
    [['config', 'no-such-verb', '']],
    [['status', '--no-such=']],
    [['fills', '--symbol', '']],
    [['status', '--json=']],
  ])('%j has nothing to offer', async (words) => {
    expect(await offered(...words)).toEqual([':none']);
  });

  test('offers every command, and none that is hidden', async () => {
    const found = await offered('');
    const first = COMMANDS.filter(({ hidden }) => hidden !== true).map(
      ({ name }) => name.split(' ')[0],
    );
    expect(new Set(found.slice(1))).toEqual(new Set(first));
  });

  test('runs nothing that stands on the line, and makes nothing', async () => {
    await offered('kill-switch', 'engage', '--bogus', 'now', '');
    await offered('kill-switch', 'engage');
    await offered('run', '--paper');
    await offered('fills', '--symbol', '');
    expect(spawnSync('ls', ['-A', cwd], { encoding: 'utf8' }).stdout).toBe('');
  });

  test('offers the names of the last run, of the state directory on the line', async () => {
    await leaveNames(join(cwd, 'a b'));
    const state = ['--state-dir', join(cwd, 'a b')];
    expect(await offered(...state, 'fills', '--symbol', '')).toEqual([
      ':none',
      'BTCUSDT',
      'ETHUSDT',
    ]);
    expect(await offered('fills', ...state, '--strategy=m')).toEqual([
      ':none',
      '--strategy=momentum',
      '--strategy=my strategy',
    ]);
    expect(await offered('run', ...state, '--symbols', 'BTCUSDT,')).toEqual([
      ':none',
      'BTCUSDT,ETHUSDT',
    ]);
    expect(await offered(...state, 'kill-switch', 'engage', '--scope', 'strategy:m')).toEqual([
      ':none',
      'strategy:momentum',
      'strategy:my strategy',
    ]);
  });

  test('does not ask an engine that does not answer', async () => {
    const root = join(cwd, '.cdb');
    await leaveNames(root);
    const socketPath = join(cwd, 's');
    let asked = 0;
    const dead = createServer(() => (asked += 1));
    await new Promise<void>((resolve) => dead.listen(socketPath, resolve));
    const use = { socketPath, mode: 'paper' };
    const lock = await acquireEngineLock(stateDirectory(root).engineLock, use, systemClock());
    expect(await offered('fills', '--symbol', 'B')).toEqual([':none', 'BTCUSDT']);
    expect(asked).toBe(0);
    lock.release();
    dead.close();
  });

  test('says nothing when the configuration or the streams are broken', async () => {
    writeFileSync(join(cwd, 'cdb.yaml'), 'run: [\n');
    mkdirSync(join(cwd, '.cdb/journal'), { recursive: true });
    writeFileSync(join(cwd, '.cdb/journal/streams'), 'no directory');
    expect(await offered('fills', '--symbol', '')).toEqual([':none']);
    expect(await offered('fills', '--env-from', 'gone', '--symbol', '')).toEqual([':none']);
  });
});

describe.each(SHELLS)('completion in $name', (shell) => {
  const { name } = shell;
  let home = '';
  let script = '';
  const at = (line: string) =>
    shell.complete(line, { cwd: home, script, path: `${home}/bin:${process.env['PATH'] ?? ''}` });

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'cdb-shell-'));
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, 'bin/cdb'), `#!/bin/sh\nexec '${process.execPath}' '${CDB}' "$@"\n`);
    chmodSync(join(home, 'bin/cdb'), 0o755);
    await leaveNames(join(home, '.cdb'));
    const { stdout } = await runCdb(['completion', name], { cwd: home });
    script = join(home, 'script');
    writeFileSync(script, stdout);
  });
  afterAll(() => {
    rmSync(home, { recursive: true });
  });

  test('the script is one that the shell can read', () => {
    const { status, stderr } = spawnSync(name, ['-n', script], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('commands, verbs, flags and values', () => {
    expect(at('cdb stat')).toEqual(['status']);
    expect(at('cdb streams ')).toEqual(expect.arrayContaining(['list', 'tail']));
    expect(at('cdb --json fills --sy')).toEqual(['--symbol']);
    expect(at('cdb blocks --by cod')).toEqual(['code']);
    expect(at('cdb no-such-command ')).toEqual([]);
    expect(at('cdb kill-switch release --confirm ')).toEqual([]);
  });

  test('values joined by =, with colons and with blanks', () => {
    const whole = (word: string) => (name === 'bash' ? (word.split(/[=:]/).at(-1) ?? '') : word);
    expect(at('cdb status --output=jsonl')).toEqual([whole('--output=jsonl')]);
    expect(at('cdb kill-switch engage --scope symbol:B')).toEqual([whole('symbol:BTCUSDT')]);
    expect(at('cdb kill-switch engage --scope=symbol:B')).toEqual([
      whole('--scope=symbol:BTCUSDT'),
    ]);
    expect(at('cdb run --set regime.adxT')).toEqual(['regime.adxTrend=']);
    const blank = at('cdb fills --strategy my');
    expect(blank.map((word) => word.replaceAll('\\', ''))).toEqual(['my strategy']);
    expect(at('cdb --config "a b.yaml" fills --symbol E')).toEqual(['ETHUSDT']);
  });

  test('files and directories are left to the shell', () => {
    expect(at('cdb evaluate gate ')).toEqual(['FILES']);
    expect(at('cdb run --feed ')).toEqual(expect.arrayContaining(['sample', 'FILES']));
    expect(at('cdb --state-dir ')).toEqual(['DIRECTORIES']);
  });
});

describe('cdb completion --install', () => {
  const PLACES = [
    ['bash', '.local/share/bash-completion/completions/cdb', /bash-completion/],
    ['zsh', '.zsh/completions/_cdb', /fpath=.*compinit/],
    ['fish', '.config/fish/completions/cdb.fish', /by themselves/],
  ] as const;

  test.each(PLACES)(
    '%s: writes the script, says where and what to add',
    async (shell, place, next) => {
      const first = await runCdb(['completion', shell, '--install'], { cwd });
      expect(first.status).toBe(0);
      expect(first.stdout).toMatch(/^wrote /);
      expect(first.stdout).toContain(join(cwd, place));
      expect(first.stdout).toMatch(next);
      const { stdout: script } = await runCdb(['completion', shell], { cwd });
      expect(readFileSync(join(cwd, place), 'utf8')).toBe(script);
      const again = await runCdb(['completion', shell, '--install'], { cwd });
      expect(again.stdout).toMatch(/^replaced /);
    },
  );

  test.each(PLACES)('%s: leaves a file alone that is not its own', async (shell, place) => {
    mkdirSync(join(cwd, place, '..'), { recursive: true });
    writeFileSync(join(cwd, place), '# mine\n');
    const { status, stderr } = await runCdb(['completion', shell, '--install'], { cwd });
    expect(status).toBe(6);
    expect(stderr).toMatch(/^error CDB-E0006: .*\ncause: there is a file that cdb did not write/);
    expect(readFileSync(join(cwd, place), 'utf8')).toBe('# mine\n');
  });

  test('follows absolute XDG directories only', async () => {
    const env = { XDG_DATA_HOME: join(cwd, 'data'), XDG_CONFIG_HOME: 'relative' };
    const bash = await runCdb(['completion', 'bash', '--install'], { cwd, env });
    expect(bash.stdout).toContain(join(cwd, 'data/bash-completion/completions/cdb'));
    const fish = await runCdb(['completion', 'fish', '--install'], { cwd, env });
    expect(fish.stdout).toContain(join(cwd, '.config/fish/completions/cdb.fish'));
  });

  test('knows three shells', async () => {
    const { status, stderr } = await runCdb(['completion', 'bsh'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain('did you mean bash?');
  });
});

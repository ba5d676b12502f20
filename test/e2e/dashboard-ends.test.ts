import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineProcess } from '../chaos/engine-process.js';
import { DashboardStage } from './dashboard-stage.js';
import { CDB } from './run-cdb.js';
import type { Terminal } from './terminal.js';

let stage: DashboardStage;
let engine: EngineProcess;
beforeAll(async () => {
  stage = new DashboardStage();
  engine = await stage.restingEngine();
});
afterEach(() => stage.closeTerminals());
afterAll(() => stage.end());

/** The process that the shell of a terminal has started. */
async function childOf(terminal: Terminal): Promise<number> {
  const shell = await terminal.fact('pane_pid');
  const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
  expect(children).toHaveLength(1);
  return Number(children[0]);
}

async function givenBack(terminal: Terminal, status: number): Promise<void> {
  await terminal.shows(`status ${status}`);
  const text = await terminal.text();
  expect(text).toContain('words of before');
  expect(text).not.toContain('orders→');
  expect(await terminal.fact('alternate_on')).toBe('0');
  expect(await terminal.fact('cursor_flag')).toBe('1');
  expect(await terminal.fact('wrap_flag')).toBe('1');
  expect(terminal.bytes()).not.toMatch(/\u001b\[[23]J/);
  // The shell echoes what is typed: the terminal is in its old mode.
  await terminal.type('echo still "here"\n');
  await terminal.shows(/\$ echo still "here"\nstill here/);
  expect(engine.isAlive).toBe(true);
  const { word } = await stage.json<{ word: string }>('status');
  expect(word).toBe('EFFECTS FLOW');
}

describe('the terminal is as before, and the engine runs on, after', () => {
  it.each([
    ['q', 'q'],
    ['Ctrl-C', 'C-c'],
  ])('%s', async (_, key) => {
    const terminal = await stage.openInShell();
    await terminal.shows('EFFECTS FLOW');
    await terminal.keys(key);
    await givenBack(terminal, 0);
  });

  it.each(['SIGTERM', 'SIGHUP'] as const)('%s', async (signal) => {
    const terminal = await stage.openInShell();
    await terminal.shows('EFFECTS FLOW');
    process.kill(await childOf(terminal), signal);
    await givenBack(terminal, 143);
  });

  it('Ctrl-Z and fg', async () => {
    const terminal = await stage.openInShell();
    await terminal.shows('EFFECTS FLOW');
    await terminal.keys('C-z');
    await terminal.shows('Stopped');
    expect(await terminal.text()).toContain('words of before');
    await terminal.type('fg; echo status $?\n');
    await terminal.shows('EFFECTS FLOW');
    await terminal.keys('2');
    await terminal.shows('[2 Streams]');
    await terminal.keys('q');
    await givenBack(terminal, 0);
  });
});

it('a crash gives the terminal back, and says where it is described', async () => {
  const crash = join(stage.place.path, 'crash.mjs');
  const fault = "throw new Error('a fault that nobody foresaw')";
  writeFileSync(crash, `process.once('SIGUSR2', () => setImmediate(() => { ${fault}; }));\n`);
  const before = `NODE_OPTIONS=--import=${crash}`;
  const terminal = await stage.openInShell([], { before });
  await terminal.shows('EFFECTS FLOW');
  process.kill(await childOf(terminal), 'SIGUSR2');
  await terminal.shows('Unexpected failure in cdb: a fault that nobody foresaw');
  await terminal.shows(/crash file/);
  await givenBack(terminal, 70);
});

describe('where no screen can be drawn', () => {
  const TWIN = /cdb status .*--watch/;

  it.each([
    ['no terminal', [], 'stdin and stdout have to be one'],
    ['--json', ['--json'], 'a screen has no JSON form'],
  ])('%s: exit 2 and the text twin', async (_, flags, why) => {
    const { status, stdout, stderr } = await stage.place.run(['dashboard', ...flags]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
    expect(stderr).toMatch(TWIN);
  });

  it.each([
    ['TERM=dumb', 'TERM=dumb', [], 'can move no cursor'],
    ['--json', '', ['--json'], 'a screen has no JSON form'],
  ])('%s in a terminal: as well', async (_, before, args, why) => {
    const terminal = await stage.openInShell(args, { before });
    await terminal.shows('status 2');
    // Broken into rows by the terminal, in the middle of words.
    const text = (await terminal.text()).replaceAll(/\s/g, '');
    expect(text).toContain(why.replaceAll(' ', ''));
    expect(text).toMatch(/cdbstatus.*--watch/);
    expect(terminal.bytes()).not.toContain('\u001b[?1049h');
  });

  it('a state directory that is none: the screen goes, and the reason stays', async () => {
    const terminal = await stage.openInShell([], { stateDir: CDB });
    await terminal.shows('status 4');
    const text = await terminal.text();
    expect(text).toContain('words of before');
    expect(text).toContain('error CDB-E0201: Cannot use the state directory');
    expect(text).toContain('there is a file of that name');
    expect(await terminal.fact('alternate_on')).toBe('0');
    expect(await terminal.fact('cursor_flag')).toBe('1');
  });

  it('--snapshot needs none', async () => {
    const file = join(stage.place.path, 'screen.txt');
    const { status, stderr } = await stage.place.run([
      ...['dashboard', '--view', 'streams', '--snapshot', file],
    ]);
    expect([status, stderr]).toEqual([0, '']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const rows = readFileSync(file, 'utf8').split('\n');
    expect(rows[0]).toMatch(/^ cdb PAPER │ TRADING/);
    const { streams } = await stage.json<{ streams: { name: string; length: number }[] }>(
      ...['streams', 'list'],
    );
    for (const { name, length } of streams.slice(0, 5)) {
      expect(rows.find((row) => row.includes(name.slice(0, 20)))).toContain(` ${length} `);
    }
  });
});

describe('looks', () => {
  const COLOUR = /\u001b\[(?:\d+;)*(?:3|4|9|10)\d(?:;\d+)*m/;

  it('--theme mono and NO_COLOR have no colour', async () => {
    for (const [args, before] of [
      [['--theme', 'mono'], ''],
      [[], 'NO_COLOR=1'],
    ] as const) {
      const terminal = await stage.openInShell(args, { before });
      await terminal.shows('EFFECTS FLOW');
      expect(terminal.bytes()).not.toMatch(COLOUR);
      await stage.closeTerminals();
    }
    const coloured = await stage.open();
    await coloured.shows('EFFECTS FLOW');
    expect(coloured.bytes()).toMatch(COLOUR);
  });

  it.each([
    ['--ascii', ['--ascii'], ''],
    ['a locale without UTF-8', [], 'LC_ALL=C'],
  ])('%s: ASCII only, in every view and overlay', async (_, args, before) => {
    const terminal = await stage.openInShell(args, { before });
    await terminal.shows('EFFECTS FLOW');
    for (const [key, shows] of [
      ...[2, 3, 4, 5, 6, 7, 8, 9].map((view) => [String(view), `[${view} `] as const),
      ...([
        ['?', '+ Keys'],
        ['?', '[9 Logs]'],
        ['K', 'ENGAGE KILL'],
        ['n', 'not engaged'],
      ] as const),
      [':', ' :'],
    ] as const) {
      await terminal.keys(key);
      await terminal.shows(shows);
    }
    expect(terminal.bytes()).not.toMatch(/[^\u0000-\u007f]/);
  });
});

describe('a recording', () => {
  const file = () => join(stage.place.path, 'night.ndjson.gz');
  const fills = async (terminal: Terminal) => {
    return (await terminal.screen()).filter((row) => row.includes('BTCUSDT')).map(withoutAges);
  };

  it('is shown again with the same keys', async () => {
    rmSync(file(), { force: true });
    const live = await stage.open(['--record', file(), '--view', 'fills']);
    await live.shows('recording: on');
    await live.shows(/4 Fills: \d/);
    await live.shows(/snapshots: [3-9]/);
    const shown = await fills(live);
    await live.keys('q');
    await live.until('its end', async () => (await live.exitStatus()) === 0);

    const again = await stage.open(['--replay', file(), '--view', 'fills']);
    await again.shows('REPLAY');
    await again.keys('0');
    await again.shows('REPLAY at');
    await again.until('the same fills', async () => {
      return JSON.stringify(await fills(again)) === JSON.stringify(shown);
    });
    for (const [key, shows] of [
      [',', /REPLAY at \S+ \(−1/],
      ['<', 'oldest moment'],
      ['>', /REPLAY at \S+ \(−0/],
      ['2', '[2 Streams]'],
      ['j', /▶stream\.regime/],
      ['Enter', '┌ streams: stream.regime_signals'],
      ['Escape', '[2 Streams]'],
      ['r', 'nothing newer can be read'],
      ['Space', /REPLAY \d/],
    ] as const) {
      await again.keys(key);
      await again.shows(shows);
    }
    await again.keys('q');
    await again.until('its end', async () => (await again.exitStatus()) === 0);
  });

  it.each([
    ['that is not there', null],
    ['that is empty', ''],
    ['of another kind', 'ts_ms,symbol\n1,BTCUSDT\n'],
    ['of a newer cdb', '{"schema":"cdb.board/99"}\n{}\n'],
    ['that is damaged', gzipSync('{"schema":"cdb.board/1"}\n').subarray(0, 12)],
  ])('%s is refused before the screen is taken', async (_, content) => {
    const wrong = join(stage.place.path, 'wrong.ndjson');
    rmSync(wrong, { force: true });
    if (content !== null) writeFileSync(wrong, content);
    const terminal = await stage.openInShell(['--replay', wrong]);
    await terminal.shows(/status [1-9]/);
    expect(await terminal.text()).toMatch(/error CDB-E053[012]/);
    expect(terminal.bytes()).not.toContain('\u001b[?1049h');
  });
});

function withoutAges(row: string): string {
  return row.replace(/▶/g, ' ').replace(/^│ \S+ +/, '');
}

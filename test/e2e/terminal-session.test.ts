import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleChild, type ChildBundle } from '../bundle-child.js';
import { Terminal } from './terminal.js';

let bundle: ChildBundle;
let cwd: string;
let terminal: Terminal;

beforeAll(async () => {
  const cache = join(import.meta.dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const program = join(import.meta.dirname, 'terminal-session/screen-child.ts');
  bundle = await bundleChild(program, cache);
});
afterAll(() => {
  bundle.remove();
});
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cdb-screen-'));
});
afterEach(async () => {
  await terminal.close();
  rmSync(cwd, { recursive: true, force: true });
});

/** A shell with words on its screen, and the program in it. */
async function started(): Promise<number> {
  const shell = ['bash', '--norc', '--noprofile'];
  const env = { PS1: '$ ', PROGRAM: `${process.execPath} ${bundle.script}` };
  terminal = await Terminal.open(shell, { columns: 80, rows: 24, cwd, env });
  await terminal.type('echo words of before; $PROGRAM; echo status $?\n');
  return shown();
}

/** @returns its pid */
async function shown(size = '80x24'): Promise<number> {
  await terminal.shows(new RegExp(`^size ${size}, pid \\d+\\nkeys`));
  await terminal.until('alternate', async () => (await terminal.fact('alternate_on')) === '1');
  return Number(/pid (\d+)/.exec(await terminal.text())?.[1]);
}

async function givenBack(status: number | string): Promise<string> {
  await terminal.shows(`status ${status}`);
  const text = await terminal.text();
  expect(text).toContain('words of before');
  expect(text).not.toContain('row 3');
  expect(await terminal.fact('alternate_on')).toBe('0');
  expect(await terminal.fact('cursor_flag')).toBe('1');
  expect(await terminal.fact('wrap_flag')).toBe('1');
  // The shell edits its line and echoes it: the terminal is in its old mode.
  await terminal.type(`echo "${'wraps '.repeat(20)}"\n`);
  await terminal.shows(/\n(wraps ){11}/);
  expect(terminal.bytes()).not.toMatch(/\u001b\[[23]J/);
  return text;
}

describe('the screen of before is back after', () => {
  test('a key that quits', async () => {
    await started();
    await terminal.keys('q');
    await givenBack(0);
  });

  test('Ctrl-C', async () => {
    await started();
    await terminal.keys('C-c');
    await givenBack(130);
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s', async (signal) => {
    const pid = await started();
    process.kill(pid, signal);
    expect(await givenBack(9)).toContain(`ended by ${signal}`);
  });

  test.each([
    ['an exception', 'c', 'crashed: TypeError: a bug'],
    ['a rejection', 'r', 'crashed: TypeError: a bug in a promise'],
  ])('%s that nobody caught, and it can be read', async (_, key, words) => {
    await started();
    await terminal.keys(key);
    expect(await givenBack(70)).toContain(words);
  });
});

describe('suspended', () => {
  test('by its key, the shell has its screen; brought back, the program has its own', async () => {
    await started();
    await terminal.keys('a', 'C-z');
    await terminal.shows('Stopped');
    expect(await terminal.fact('alternate_on')).toBe('0');
    await terminal.type('echo words of between\n');
    await terminal.shows(/\nwords of between/);
    await terminal.resize(70, 20);
    await terminal.type('fg; echo status $?\n');
    await shown('70x20');
    await terminal.keys('b');
    await terminal.shows('keys a ctrl-z b');
    await terminal.keys('q');
    expect(await givenBack(0)).toContain('words of between');
  });

  test('from outside, and ended while it is', async () => {
    const pid = await started();
    process.kill(pid, 'SIGTSTP');
    await terminal.shows('Stopped');
    process.kill(pid, 'SIGTERM');
    await terminal.type('fg; echo status $?\n');
    expect(await givenBack(9)).toContain('ended by SIGTERM');
  });

  test('where no shell is that could bring it back, it comes back by itself', async () => {
    const options = { columns: 80, rows: 24, cwd };
    terminal = await Terminal.open([process.execPath, bundle.script], options);
    await shown();
    await terminal.keys('C-z', 'a');
    await terminal.shows('keys ctrl-z');
    await terminal.keys('b');
    await terminal.shows(/keys ctrl-z (a )?b/);
    await terminal.keys('q');
    await terminal.until('its end', async () => (await terminal.exitStatus()) === 0);
  });
});

test('keys and pastes arrive as such', async () => {
  await started();
  await terminal.keys('Up', 'Escape');
  await terminal.shows('keys up escape');
  await terminal.paste('qqqK');
  await terminal.keys('PageDown');
  await terminal.shows('keys up escape paste:4 pagedown');
  await terminal.keys('M-K', 'F5', 'C-Up', 'S-Tab', 'BTab');
  await terminal.shows('shift-tab');
  expect(await terminal.text()).not.toContain(' K');
});

test('fifty sizes later every row is at its place', async () => {
  const options = { columns: 200, rows: 60, cwd };
  terminal = await Terminal.open([process.execPath, bundle.script], options);
  await shown('200x60');
  for (let turn = 0; turn < 50; turn += 1) {
    const [columns, rows] = turn % 2 === 0 ? [40, 10] : [200, 60];
    await terminal.resize(columns, rows);
    if (turn % 10 === 0) await shown(`${columns}x${rows}`);
  }
  await shown('200x60');
  const wanted = Array.from({ length: 58 }, (_, row) => `row ${row} `.padEnd(200, '─'));
  await terminal.until('all rows', async () => {
    return (await terminal.screen()).slice(2).join('\n') === wanted.join('\n');
  });
  expect(await terminal.fact('history_size')).toBe('0');
  expect(terminal.bytes()).not.toMatch(/\u001b\[[0-3]?J/);
});

test('a terminal that is taken away ends the program', async () => {
  const pid = await started();
  await terminal.close();
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    // A child that nobody has waited for yet is over as well.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CDB, runCdb } from './run-cdb.js';

/** The text twins of the dashboard's views, beside an engine that has folded its whole feed. */
const cwd = mkdtempSync(join(tmpdir(), 'cdb-twins-'));
const ENV = { PATH: process.env['PATH'], HOME: cwd, TMPDIR: cwd };

interface Twin {
  readonly data: Readonly<Record<string, { readonly rows: readonly Row[] | null }>>;
}
type Row = Readonly<Record<string, unknown>>;

/** The first envelope; then it is ended as a person would. @returns it with the exit status */
async function firstLook(...args: string[]): Promise<{ twin: Twin; status: number | null }> {
  const child = spawn(process.execPath, [CDB, ...args, '--watch=200ms', '--json'], {
    ...{ cwd, env: ENV },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  let first = '';
  for await (const line of createInterface({ input: child.stdout })) {
    first = line;
    break;
  }
  child.kill('SIGINT');
  await ended;
  clearTimeout(timer);
  return { twin: JSON.parse(first) as Twin, status: child.exitCode };
}

async function plain(...args: string[]) {
  const { stdout } = await runCdb([...args, '--json'], { cwd });
  return (JSON.parse(stdout) as { readonly data: Readonly<Record<string, unknown>> }).data;
}

beforeAll(async () => {
  const paper = ['run', '--paper', '--feed', 'sample', '--metrics-port', '0'];
  await runCdb([...paper, '--speed', 'max'], { cwd });
  // Its warm-up alone, then a trade in hours: nothing moves while two commands look.
  await runCdb([...paper, '--speed', '0.0001', '--seed', '2', '--detach'], { cwd });
}, 120_000);

afterAll(async () => {
  await runCdb(['stop', '--grace', '10s'], { cwd });
  rmSync(cwd, { recursive: true, force: true, maxRetries: 10 });
}, 30_000);

describe('a text twin', () => {
  test('of the streams has the lengths of cdb streams list, and ends with 130', async () => {
    const { twin, status } = await firstLook('streams', 'list');
    const { streams } = (await plain('streams', 'list')) as { streams: readonly Row[] };
    const shown = twin.data['streams']?.rows ?? [];
    expect(shown.map(({ name, length }) => [name, length])).toEqual(
      streams.map(({ name, length }) => [name, length]),
    );
    expect(shown.length).toBeGreaterThan(5);
    expect(status).toBe(130);
  });

  test('of the fills has those of cdb fills, newest first', async () => {
    const { twin } = await firstLook('fills');
    const { fills } = (await plain('fills', '-n', '5')) as { fills: readonly Row[] };
    const shown = (twin.data['fills']?.rows ?? []).slice(0, 5);
    expect(fills.length).toBeGreaterThan(0);
    expect(shown.map((row) => row['fill_id'])).toEqual(
      [...fills].reverse().map((row) => row['fill_id']),
    );
  });

  test('of the blocks has the refusals of cdb blocks', async () => {
    const { twin } = await firstLook('blocks');
    const { groups } = (await plain('blocks')) as { groups: readonly Row[] };
    const shown = twin.data['codes']?.rows ?? [];
    expect(shown.map(({ code }) => code).sort()).toEqual(groups.map(({ key }) => key).sort());
  });

  test('of the register says what the kill switch says', async () => {
    const { twin } = await firstLook('mode', 'show');
    const { level } = await plain('kill-switch', 'status');
    const [first] = twin.data['control']?.rows ?? [];
    expect(first).toMatchObject({ part: 'register', name: 'mode paper', state: level });
  });

  test.each([['logs'], ['audit tail'], ['doctor']])('of %s answers', async (command) => {
    const { twin } = await firstLook(...command.split(' '));
    const [list] = Object.values(twin.data).filter((part) => typeof part === 'object');
    expect(list).toHaveProperty('rows');
  });

  test('refuses what it would not heed', async () => {
    const { status, stderr } = await runCdb(['fills', '--watch', '--symbol', 'X'], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain('Cannot watch with --symbol');
  });
});

import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFilesReader } from '../../../src/adapters/files/log-files-reader.js';
import type { CommandIo } from '../../../src/commands/command-io.js';
import { run } from '../../../src/commands/logs.js';
import { ParsedOptions, type OptionValue } from '../../../src/commands/parsed-options.js';
import { fakeCommandIo } from '../../fakes/fake-command-io.js';
import { until } from '../../fakes/engine/until.js';
import { temporaryDirectory } from '../files/log-on-disk.js';

const CLOCK = { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => setImmediate() };
/** What the fake terminal takes for now. */
const NOW_MS = Date.UTC(2026, 1, 9, 15, 30);
const MIN_MS = 60_000;

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
beforeEach(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory.path, 'logs'));
  path = join(directory.path, 'logs', 'engine.log');
});
afterEach(() => {
  directory.remove();
});

/** One line a minute, the last one now. */
function write(count: number, file = path, endMs = NOW_MS): void {
  const lines = Array.from({ length: count }, (_, index) => {
    const time = new Date(endMs - (count - 1 - index) * MIN_MS).toISOString();
    const level = index % 10 === 9 ? 'warn' : 'info';
    return `${JSON.stringify({ level, time, area: 'a', message: `line ${index + 1}` })}\n`;
  });
  appendFileSync(file, lines.join(''));
}

function start(options: Record<string, OptionValue>, overrides: Partial<CommandIo> = {}) {
  const io = fakeCommandIo(overrides);
  const services = { engineLog: async () => logFilesReader(path, CLOCK) };
  return { io, status: run(new ParsedOptions(options), io, services) };
}

async function logs(options: Record<string, OptionValue> = {}, overrides: Partial<CommandIo> = {}) {
  const { io, status } = start(options, overrides);
  return { status: await status, out: io.out.join(''), err: io.err.join('') };
}

const shown = (out: string) => [...out.matchAll(/line \d+/g)].map(([text]) => text);

describe('cdb logs', () => {
  it('prints the newest hundred lines with the day above them', async () => {
    write(150);
    const { status, out, err } = await logs();
    expect(status).toBe(0);
    expect(out).toMatch(/^-- 2026-02-09 \(UTC\)\n13:51:00\.000 info {2}a {9}line 51\n/);
    expect(shown(out)).toHaveLength(100);
    expect(err).toBe('');
  });

  it('reads back through files that were set aside, as far as it must', async () => {
    write(30, `${path}.000001`, NOW_MS - 60 * MIN_MS);
    write(30, `${path}.000002`, NOW_MS - 30 * MIN_MS);
    write(30);
    const { out } = await logs({ count: 35 });
    expect(shown(out)).toEqual([
      ...Array.from({ length: 5 }, (_, n) => `line ${26 + n}`),
      ...Array.from({ length: 30 }, (_, n) => `line ${1 + n}`),
    ]);
  });

  it('prints all of a time, or the newest of it', async () => {
    write(500);
    expect(shown((await logs({ sinceMs: 299 * MIN_MS })).out)).toHaveLength(300);
    expect(shown((await logs({ sinceMs: 299 * MIN_MS, count: 2 })).out)).toEqual([
      'line 499',
      'line 500',
    ]);
  });

  it('filters by level and expression, and says when nothing is left', async () => {
    write(100);
    expect(shown((await logs({ level: 'warn' })).out)).toHaveLength(10);
    expect(shown((await logs({ grep: 'line 1\\d$' })).out)).toHaveLength(10);
    const nothing = await logs({ grep: 'never' });
    expect(nothing).toMatchObject({ status: 0, out: '' });
    expect(nothing.err).toBe(`no line of ${path} is what was asked for\n`);
  });

  it('says that there is no log and what starts one, and that is no failure', async () => {
    rmSync(join(directory.path, 'logs'), { recursive: true });
    const { status, out, err } = await logs();
    expect({ status, out }).toEqual({ status: 0, out: '' });
    expect(err).toBe(`no log: no engine ever wrote ${path}; cdb run starts one\n`);
  });

  it('shows and counts what can not be read, a torn end too', async () => {
    write(1);
    appendFileSync(path, 'Segmentation \u001b[31mfault\n{"level":"in');
    const { out, err } = await logs();
    expect(out).toContain('(unreadable) Segmentation \\x1b[31mfault\n(unreadable) {"level":"in\n');
    expect(err).toContain('notice: 2 lines could not be read');
  });

  it('gives the lines as they are stored, one envelope each with jsonl and one with json', async () => {
    write(3);
    appendFileSync(path, 'garbage\n');
    const stored = { level: 'info', area: 'a', message: 'line 3', time: expect.any(String) };
    const jsonl = await logs({ count: 2 }, { outputFormat: 'jsonl' });
    expect(
      jsonl.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { schema: 'cdb.logs/1', data: stored },
      { schema: 'cdb.logs/1', data: { unreadable: 'garbage' } },
    ]);
    const json = await logs({ count: 2 }, { outputFormat: 'json' });
    expect(JSON.parse(json.out)).toMatchObject({
      schema: 'cdb.logs/1',
      data: { log: path, exists: true, unreadable: 1, lines: [stored, { unreadable: 'garbage' }] },
    });
  });

  it('refuses an expression that is none before it reads anything', async () => {
    await expect(logs({ grep: '[' })).rejects.toMatchObject({ code: 'CDB-E0002', exit: 2 });
  });
});

describe('cdb logs -f', () => {
  it('goes on with what is written, and ends with Ctrl-C and 130', async () => {
    write(3);
    const { io, status } = start({ follow: true, count: 1 });
    await until(() => io.out.length === 1);
    write(2, path, NOW_MS + MIN_MS);
    await until(() => shown(io.out.join('')).length === 3);
    io.stop('SIGINT');
    expect(await status).toBe(130);
    expect(shown(io.out.join(''))).toEqual(['line 3', 'line 1', 'line 2']);
  });

  it('says when one envelope does not hold all that was asked for', async () => {
    write(10_002);
    const json = { outputFormat: 'json' } as const;
    const all = await logs({ sinceMs: 20_000 * MIN_MS }, json);
    expect(all.err).toBe(
      'notice: only the newest 10000 lines; --output jsonl prints all of them\n',
    );
    expect(shown(all.out)).toHaveLength(10_000);
    expect(shown(all.out).at(-1)).toBe('line 10002');
    expect((await logs({ count: 5 }, json)).err).toBe('');
  });

  it('ends quietly with 0 when the reader goes away', async () => {
    write(1);
    const { io, status } = start({ follow: true });
    await until(() => io.out.length === 1);
    io.stop('EPIPE');
    expect(await status).toBe(0);
    expect(io.err).toEqual([]);
  });

  it('waits for a log that is not there yet', async () => {
    const { io, status } = start({ follow: true });
    await until(() => io.err.length === 1);
    expect(io.err.join('')).toBe(`no log yet: waiting for ${path}\n`);
    write(1);
    await until(() => io.out.length === 1);
    io.stop('SIGTERM');
    expect(await status).toBe(143);
  });

  it('is not held by a reader that does not read', async () => {
    write(5);
    const { io, status } = start(
      { follow: true },
      { stdout: () => false, stdoutDrained: () => new Promise(() => undefined) },
    );
    await setImmediate();
    io.stop('SIGINT');
    expect(await status).toBe(130);
  });

  it('prints one envelope a line in either JSON form', async () => {
    write(2);
    const { io, status } = start({ follow: true }, { outputFormat: 'json' });
    await until(() => io.out.join('').split('\n').length === 3);
    io.stop('SIGINT');
    await status;
    for (const line of io.out.join('').trimEnd().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ schema: 'cdb.logs/1', data: { area: 'a' } });
    }
  });
});

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotatedFiles, rotatedPath } from '../../../src/adapters/files/log-file-names.js';
import { RotatingFile } from '../../../src/adapters/files/rotating-file.js';
import { childProgram, startChild } from './child-program.js';
import { temporaryDirectory } from './log-on-disk.js';
import { smallDisk } from './small-disk.js';

/** Takes ten lines of nine characters. */
const LIMITS = { fileBytesMax: 100, filesMax: 3 };
const line = (n: number) => `line ${String(n).padStart(4, '0')}`;

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
beforeEach(() => {
  directory = temporaryDirectory();
  path = join(directory.path, 'logs', 'engine.log');
});
afterEach(() => {
  directory.remove();
});

function openOwned(limits = LIMITS): RotatingFile {
  const file = new RotatingFile(path, limits);
  file.own();
  return file;
}

function writeLines(file: RotatingFile, first: number, last: number): void {
  for (let n = first; n <= last; n += 1) expect(file.write(line(n))).toBe(true);
}

/** All lines that are left, in order. */
function linesLeft(): readonly string[] {
  const paths = [...rotatedFiles(path).map((rotated) => rotated.path), path];
  return paths
    .filter((one) => existsSync(one))
    .flatMap((one) => readFileSync(one, 'utf8').trimEnd().split('\n'));
}

const linesFrom = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => line(first + index));

describe('RotatingFile', () => {
  it('sets full files aside in order and keeps as many as it may', () => {
    writeLines(openOwned(), 1, 45);
    expect(readdirSync(join(directory.path, 'logs')).sort()).toEqual([
      'engine.log',
      'engine.log.000003',
      'engine.log.000004',
    ]);
    expect(linesLeft()).toEqual(linesFrom(21, 45));
    for (const name of readdirSync(join(directory.path, 'logs'))) {
      const { mode, size } = statSync(join(directory.path, 'logs', name));
      expect(mode & 0o777).toBe(0o600);
      expect(size).toBeLessThanOrEqual(LIMITS.fileBytesMax);
    }
  });

  it('goes on where a crash stopped between setting aside and the new file', () => {
    const first = openOwned();
    writeLines(first, 1, 25);
    first.close();
    renameSync(path, rotatedPath(path, 3));
    writeLines(openOwned(), 26, 27);
    // The one that was to be removed when the crash came is gone now.
    expect(linesLeft()).toEqual(linesFrom(11, 27));
    expect(rotatedFiles(path).map(({ number }) => number)).toEqual([2, 3]);
  });

  it('starts a line of its own behind one that a crash cut off', () => {
    mkdirSync(join(directory.path, 'logs'));
    appendFileSync(path, 'line 0001\nline 00');
    writeLines(openOwned(), 2, 2);
    expect(linesLeft()).toEqual(['line 0001', 'line 00', 'line 0002']);
  });

  it('comes back after the directory was removed, or the file moved away by somebody', () => {
    const file = openOwned();
    writeLines(file, 1, 2);
    rmSync(join(directory.path, 'logs'), { recursive: true });
    writeLines(file, 3, 3);
    expect(linesLeft()).toEqual(linesFrom(3, 3));
    renameSync(path, join(directory.path, 'elsewhere'));
    writeLines(file, 4, 4);
    expect(linesLeft()).toEqual(linesFrom(4, 4));
  });

  it('counts what is lost while the state directory is gone, and does not make it again', () => {
    const file = openOwned();
    writeLines(file, 1, 1);
    directory.remove();
    expect([file.write('a'), file.write('b')]).toEqual([false, false]);
    expect(file.lost).toMatchObject({ lines: 2, why: expect.stringContaining('ENOENT') });
    expect(existsSync(directory.path)).toBe(false);
  });

  it('makes and moves nothing in a directory that it does not own', () => {
    const guest = new RotatingFile(path, LIMITS);
    expect(guest.write('a')).toBe(false);
    expect(existsSync(join(directory.path, 'logs'))).toBe(false);
    mkdirSync(join(directory.path, 'logs'));
    writeLines(guest, 1, 45);
    expect(linesLeft()).toEqual(linesFrom(1, 45));
    expect(rotatedFiles(path)).toEqual([]);
  });

  it('shares the file with a guest that appends to it', () => {
    const owner = openOwned();
    const guest = new RotatingFile(path, LIMITS);
    for (let n = 1; n <= 20; n += 2) {
      writeLines(owner, n, n);
      writeLines(guest, n + 1, n + 1);
    }
    expect(linesLeft()).toEqual(linesFrom(1, 20));
    expect(rotatedFiles(path)).toHaveLength(1);
  });

  it('neither follows a link nor waits for the reader of a pipe', () => {
    mkdirSync(join(directory.path, 'logs'));
    const elsewhere = join(directory.path, 'elsewhere');
    symlinkSync(elsewhere, path);
    const file = openOwned();
    expect(file.write('a')).toBe(false);
    expect(existsSync(elsewhere)).toBe(false);
    rmSync(path);
    execFileSync('mkfifo', [path]);
    expect(file.write('b')).toBe(false);
    rmSync(path);
    writeLines(file, 1, 1);
    expect(file.lost?.lines).toBe(2);
  });

  it('loses lines while the disk is full, and writes whole ones again when there is room', () => {
    const disk = smallDisk();
    if (disk === null) {
      // No disk of our own: the device that is always full stands for it.
      expect(new RotatingFile('/dev/full', LIMITS).write('a')).toBe(false);
      return;
    }
    try {
      path = join(disk.path, 'logs', 'engine.log');
      const file = openOwned({ fileBytesMax: 1_000_000, filesMax: 2 });
      writeLines(file, 1, 2);
      disk.fill();
      let written = 2;
      while (file.write('x'.repeat(900))) written += 1;
      expect(written).toBeLessThan(20);
      expect(file.write('y'.repeat(8_000))).toBe(false);
      expect(file.lost?.why).toContain('ENOSPC');
      disk.free();
      writeLines(file, 3, 3);
      expect(linesLeft().at(-1)).toBe(line(3));
      expect(linesLeft().slice(0, 2)).toEqual(linesFrom(1, 2));
    } finally {
      disk.remove();
    }
  });
});

const WRITER = `
  import { RotatingFile } from './src/adapters/files/rotating-file.js';
  const file = new RotatingFile(process.argv[2], { fileBytesMax: 2_000, filesMax: 1_000 });
  file.own();
  for (let n = Number(process.argv[3]); ; n += 1) {
    if (!file.write('line ' + n)) throw new Error('lost');
    if (n % 50 === 0) await new Promise((resolve) => process.stdout.write(n + '\\n', resolve));
  }`;

it('kill -9 of the writer loses no line that was written, whenever it comes', async () => {
  const program = childProgram(directory.path, WRITER);
  let next = 1;
  for (let kill = 1; kill <= 5; kill += 1) {
    const writer = startChild(program, [path, String(next)]);
    const closed = once(writer, 'close');
    let acknowledged = 0;
    writer.stdout.on('data', (part: Buffer) => {
      acknowledged = Number(part.toString().trim().split('\n').at(-1));
      if (acknowledged >= next + kill * 300) writer.kill('SIGKILL');
    });
    await closed;
    const whole = linesLeft().map((text) => Number(text.slice('line '.length)));
    expect(whole).toEqual(Array.from({ length: whole.length }, (_, index) => index + 1));
    expect(whole.length).toBeGreaterThanOrEqual(acknowledged);
    next = whole.length + 1;
  }
  expect(rotatedFiles(path).length).toBeGreaterThan(10);
});

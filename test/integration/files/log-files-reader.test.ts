import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logFilesReader } from '../../../src/adapters/files/log-files-reader.js';
import { rotatedFiles } from '../../../src/adapters/files/log-file-names.js';
import { RotatingFile } from '../../../src/adapters/files/rotating-file.js';
import type { LogReader } from '../../../src/engine/ports/log-reader.js';
import { until } from '../../fakes/engine/until.js';
import { temporaryDirectory } from './log-on-disk.js';

/** Looks again at once: no test waits for the clock. */
const CLOCK = { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => setImmediate() };

let directory: ReturnType<typeof temporaryDirectory>;
let path: string;
let reader: LogReader;
let stop: AbortController;
beforeEach(() => {
  directory = temporaryDirectory();
  mkdirSync(join(directory.path, 'logs'));
  path = join(directory.path, 'logs', 'engine.log');
  reader = logFilesReader(path, CLOCK);
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  reader.close();
  directory.remove();
});

function writer(filesMax = 1_000): RotatingFile {
  const file = new RotatingFile(path, { fileBytesMax: 200, filesMax });
  file.own();
  return file;
}

const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => `line ${first + index}`);

function write(file: RotatingFile, first: number, last: number): void {
  for (const line of numbers(first, last)) file.write(line);
}

const history = () => reader.files().flatMap((file) => [...file.chunks()].flat());

/** What `follow` gives, as it comes. */
function followed(): { readonly lines: (string | null)[]; readonly notes: string[] } {
  const lines: (string | null)[] = [];
  const notes: string[] = [];
  void (async () => {
    for await (const items of reader.follow(stop.signal)) {
      for (const item of items) {
        if (item.kind === 'line') lines.push(item.line);
        else notes.push(item.words);
      }
    }
  })();
  return { lines, notes };
}

describe('the reader of the log', () => {
  it('reads files that were set aside and the current one in order', () => {
    write(writer(), 1, 100);
    expect(rotatedFiles(path).length).toBeGreaterThan(2);
    expect(history()).toEqual(numbers(1, 100));
  });

  it('has no file where there is no log', () => {
    expect(history()).toEqual([]);
    rmSync(join(directory.path, 'logs'), { recursive: true });
    expect(history()).toEqual([]);
  });

  it('gives what has no end separately', () => {
    writeFileSync(path, 'whole\ntorn');
    expect(history()).toEqual(['whole']);
    expect(reader.rest()).toEqual(['torn']);
  });

  it('goes on where the history ended, across files that are set aside', async () => {
    const file = writer();
    write(file, 1, 30);
    expect(history()).toEqual(numbers(1, 30));
    const { lines, notes } = followed();
    for (let first = 31; first <= 300; first += 7) {
      write(file, first, first + 6);
      if (first % 2 === 0) await until(() => lines.length === first + 6 - 30);
    }
    await until(() => lines.at(-1) === 'line 303');
    expect(lines).toEqual(numbers(31, 303));
    expect(notes).toEqual([]);
  });

  it('reads every file when several were set aside before it looked again', async () => {
    const file = writer();
    write(file, 1, 5);
    expect(history()).toEqual(numbers(1, 5));
    write(file, 6, 200);
    const { lines } = followed();
    await until(() => lines.at(-1) === 'line 200');
    expect(lines).toEqual(numbers(6, 200));
  });

  it('says when files were removed before it could read them', async () => {
    const file = writer(3);
    write(file, 1, 5);
    history();
    write(file, 6, 300);
    const { lines, notes } = followed();
    await until(() => lines.at(-1) === 'line 300');
    expect(notes).toEqual([expect.stringMatching(/^\d+ log files were removed before/)]);
    const read = lines.map((line) => Number(line?.slice(5)));
    expect(read).toEqual(read.toSorted((a, b) => a - b));
  });

  it('waits for a log that is not there yet, and for its directory', async () => {
    rmSync(join(directory.path, 'logs'), { recursive: true });
    history();
    const { lines } = followed();
    await setImmediate();
    write(writer(), 1, 40);
    await until(() => lines.length === 40);
    expect(lines).toEqual(numbers(1, 40));
  });

  it('survives that the log is removed, and the directory with it', async () => {
    const file = writer();
    write(file, 1, 2);
    history();
    const { lines } = followed();
    rmSync(path);
    write(file, 3, 4);
    await until(() => lines.length === 2);
    rmSync(join(directory.path, 'logs'), { recursive: true });
    write(file, 5, 5);
    await until(() => lines.length === 3);
    expect(lines).toEqual(numbers(3, 5));
  });

  it('reads every file of a log that begins again from nothing', async () => {
    write(writer(), 1, 200);
    history();
    const { lines } = followed();
    rmSync(join(directory.path, 'logs'), { recursive: true });
    write(writer(), 201, 300);
    await until(() => lines.at(-1) === 'line 300');
    expect(lines).toEqual(numbers(201, 300));
  });

  it('survives that somebody else moves the log away', async () => {
    const file = writer();
    write(file, 1, 2);
    history();
    const { lines } = followed();
    write(file, 3, 3);
    renameSync(path, join(directory.path, 'elsewhere'));
    write(file, 4, 4);
    await until(() => lines.length === 2);
    expect(lines).toEqual(numbers(3, 4));
  });

  it('starts again when the log is cut, and says so', async () => {
    write(writer(), 1, 8);
    history();
    const { lines, notes } = followed();
    truncateSync(path, 0);
    await until(() => notes.length === 1);
    appendFileSync(path, 'line 9\n');
    await until(() => lines.length === 1);
    expect(lines).toEqual(['line 9']);
  });

  it('gives a line once it has its end, and cuts none in two', async () => {
    history();
    const { lines } = followed();
    appendFileSync(path, 'first half');
    await until(() => true);
    appendFileSync(path, ', second half\n');
    await until(() => lines.length === 1);
    expect(lines).toEqual(['first half, second half']);
  });

  it('gives garbage as it is, and null for what is no text or endless', () => {
    writeFileSync(path, Buffer.concat([Buffer.from([0xff, 0xfe, 10]), Buffer.alloc(20_000, 'x')]));
    appendFileSync(path, '\nline 1\n');
    expect(history()).toEqual([null, null, 'line 1']);
  });
});

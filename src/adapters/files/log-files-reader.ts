import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import type { Clock } from '../../engine/ports/clock.js';
import type { FollowedLine, LogFile, LogReader, RawLine } from '../../engine/ports/log-reader.js';
import { errnoOf } from '../../operator-error/errno.js';
import { lineCutter, type LineCutter } from '../files-feed/lines.js';
import { readFully } from './atomic-file.js';
import { fileFault } from './file-fault.js';
import { rotatedFiles } from './log-file-names.js';

const CHUNK_BYTES = 64 * 1024;
/** Nobody reads faster, and looking costs one stat. */
const LOOK_EVERY_MS = 200;

/** One open file with what was read of it. Held open, its inode is not used for another file. */
interface Reading {
  readonly fd: number;
  readonly cutter: LineCutter;
  offset: number;
}

export function logFilesReader(path: string, clock: Clock): LogReader {
  return new LogFilesReader(path, clock);
}

class LogFilesReader implements LogReader {
  readonly path: string;
  readonly #clock: Clock;
  #reading: Reading | null = null;
  /** The file that is read was set aside already when it was opened, under this number. */
  #number: number | null = null;
  /** All files up to this number are read, or older than what was asked for. */
  #done = 0;
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);

  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
  }

  files(): readonly LogFile[] {
    this.#openCurrent();
    const older = rotatedFiles(this.path).filter(({ number }) => number <= this.#done);
    const current = this.#reading;
    return [
      ...older.map((file) => this.#wholeFile(file.path)),
      ...(current === null ? [] : [this.#currentFile(current)]),
    ];
  }

  rest(): readonly RawLine[] {
    return this.#reading?.cutter.end() ?? [];
  }

  async *follow(signal: AbortSignal): AsyncGenerator<readonly FollowedLine[]> {
    while (!signal.aborted) {
      const found = this.#look();
      if (found.length > 0) yield found;
      else await this.#clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  close(): void {
    if (this.#reading !== null) closeSync(this.#reading.fd);
    this.#reading = null;
  }

  /** Opens the current file such that nothing is set aside between what is done and it. */
  #openCurrent(): void {
    for (;;) {
      const done = newestNumber(this.path);
      this.#start(this.path, null);
      if (newestNumber(this.path) === done) {
        this.#done = done;
        return;
      }
    }
  }

  #start(path: string, number: number | null): void {
    this.close();
    const fd = openToRead(path);
    this.#number = number;
    this.#reading = fd === null ? null : { fd, cutter: lineCutter(), offset: 0 };
  }

  #currentFile(reading: Reading): LogFile {
    return {
      modifiedAtMs: fstatSync(reading.fd).mtimeMs,
      chunks: () => this.#chunksOf(reading),
    };
  }

  #wholeFile(path: string): LogFile {
    return {
      modifiedAtMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
      chunks: () => this.#chunksOfFile(path),
    };
  }

  *#chunksOfFile(path: string): Generator<readonly RawLine[]> {
    const fd = openToRead(path);
    // Removed since it was listed: the newest are what is kept.
    if (fd === null) return;
    const reading = { fd, cutter: lineCutter(), offset: 0 };
    try {
      yield* this.#chunksOf(reading);
      yield reading.cutter.end();
    } finally {
      closeSync(fd);
    }
  }

  *#chunksOf(reading: Reading): Generator<readonly RawLine[]> {
    for (let lines = this.#read(reading); lines !== null; lines = this.#read(reading)) yield lines;
  }

  /** @returns null at the end of what is there */
  #read(reading: Reading): readonly RawLine[] | null {
    const count = readFully(reading.fd, this.#chunk, CHUNK_BYTES, reading.offset);
    if (count === 0) return null;
    reading.offset += count;
    // A copy: the cutter keeps what has no end yet.
    return reading.cutter.add(Buffer.from(this.#chunk.subarray(0, count)));
  }

  #look(): readonly FollowedLine[] {
    const reading = this.#reading;
    if (reading === null) return this.#openNext();
    // Asked before the end is read: what was written before it was set aside is then read too.
    const isSetAside = this.#number !== null || !this.#isNamed(reading.fd);
    const lines = this.#read(reading);
    if (lines !== null) return lines.map(asLine);
    if (fstatSync(reading.fd).size < reading.offset) {
      this.#reading = { ...reading, cutter: lineCutter(), offset: 0 };
      return [note('the log was cut; reading it from its start')];
    }
    if (!isSetAside) return [];
    const rest = reading.cutter.end().map(asLine);
    this.#done = Math.max(this.#done, this.#number ?? this.#numberOf(reading.fd));
    this.close();
    return [...rest, ...this.#openNext()];
  }

  #openNext(): readonly FollowedLine[] {
    // Numbers only grow; where they do not, everything was removed and has begun again.
    if (newestNumber(this.path) < this.#done) this.#done = 0;
    const next = rotatedFiles(this.path).find(({ number }) => number > this.#done);
    if (next === undefined) {
      const done = this.#done;
      this.#openCurrent();
      // Set aside since the look above: that one comes first.
      if (this.#done === done) return [];
      this.close();
      this.#done = done;
      return [];
    }
    const missing = next.number - this.#done - 1;
    this.#start(next.path, next.number);
    this.#done = next.number - 1;
    if (missing <= 0) return [];
    return [note(`${missing} log files were removed before they were read`)];
  }

  #isNamed(fd: number): boolean {
    const named = statSync(this.path, { throwIfNoEntry: false });
    const ours = fstatSync(fd);
    return named?.ino === ours.ino && named.dev === ours.dev;
  }

  /** Under which number it was set aside; 0 when it was removed instead. */
  #numberOf(fd: number): number {
    const { ino } = fstatSync(fd);
    const file = rotatedFiles(this.path).find(
      (rotated) => statSync(rotated.path, { throwIfNoEntry: false })?.ino === ino,
    );
    return file?.number ?? 0;
  }
}

function newestNumber(path: string): number {
  return rotatedFiles(path).at(-1)?.number ?? 0;
}

/** @returns null when it is not there */
function openToRead(path: string): number | null {
  try {
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
    const fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    return null;
  } catch (fault) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(fault))) return null;
    throw fileFault(`Cannot read the log "${path}"`, fault);
  }
}

function asLine(line: RawLine): FollowedLine {
  return { kind: 'line', line };
}

function note(words: string): FollowedLine {
  return { kind: 'note', words };
}

import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '../../operator-error/errno.js';
import { fileAdvice } from './file-fault.js';
import { rotatedFiles, rotatedPath } from './log-file-names.js';

export interface RotationLimits {
  /** A file that would grow beyond this is set aside first. */
  readonly fileBytesMax: number;
  /** All of them, the current one included. */
  readonly filesMax: number;
}

interface LostLines {
  readonly lines: number;
  readonly why: string;
}

/** A pipe or a link in place of the file is refused instead of waited for or followed. */
const OPEN_FLAGS =
  constants.O_WRONLY |
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_NOFOLLOW |
  constants.O_NONBLOCK;
const LINE_FEED = 10;

/**
 * Lines at the end of a file that is set aside when it is full. Every line is with the operating
 * system when `write` returns, so a process that is killed loses none. One rename sets a file
 * aside, under the next number: a crash before or after it leaves nothing that has to be mended.
 * A line that can't be written is lost and counted; nothing is thrown.
 */
export class RotatingFile {
  /** Not written and not told yet; whoever has told it sets it to null. */
  lost: LostLines | null = null;
  readonly #path: string;
  readonly #limits: RotationLimits;
  #fd: number | null = null;
  #bytes = 0;
  /** The last line in the file has no end: of a crash, or of a disk that took a part of it. */
  #torn = false;
  #owned = false;

  constructor(path: string, limits: RotationLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /**
   * From here on this process alone sets files aside and makes the directory when it is missing.
   * Before that it only appends to what is there.
   */
  own(): void {
    this.#owned = true;
    this.#prune();
  }

  /** @param line without its end @returns false when it could not be written */
  write(line: string): boolean {
    try {
      this.#append(Buffer.from(`${line}\n`));
      return true;
    } catch (fault) {
      const lines = (this.lost?.lines ?? 0) + 1;
      this.lost = { lines, why: `${fileAdvice(fault).why} (${errnoOf(fault) || 'no code'})` };
      return false;
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #append(bytes: Buffer): void {
    let fd = this.#open();
    if (this.#owned && this.#bytes > 0 && this.#bytes + bytes.length > this.#limits.fileBytesMax) {
      this.#setAside();
      fd = this.#open();
    }
    const whole = this.#torn ? Buffer.concat([Buffer.from('\n'), bytes]) : bytes;
    let done = 0;
    try {
      while (done < whole.length) done += writeSync(fd, whole, done);
    } finally {
      this.#bytes += done;
      if (done > 0) this.#torn = done < whole.length;
    }
  }

  /** Looks for the file by its name each time: somebody may have moved or removed it. */
  #open(): number {
    if (this.#fd !== null) {
      const named = statSync(this.#path, { throwIfNoEntry: false });
      const ours = fstatSync(this.#fd);
      if (named?.ino === ours.ino && named.dev === ours.dev) {
        this.#bytes = ours.size;
        return this.#fd;
      }
      this.close();
    }
    const fd = this.#openByName();
    const found = fstatSync(fd);
    if (!found.isFile()) {
      closeSync(fd);
      throw Object.assign(notAFile(), { code: 'EINVAL' });
    }
    this.#fd = fd;
    this.#bytes = found.size;
    this.#torn = found.size > 0 && lastByte(this.#path, found.size) !== LINE_FEED;
    return fd;
  }

  #openByName(): number {
    try {
      return openSync(this.#path, OPEN_FLAGS, 0o600);
    } catch (fault) {
      if (!this.#owned || errnoOf(fault) !== 'ENOENT') throw fault;
      // Only its own directory: a state directory that is gone must not come back without its latch.
      mkdirSync(dirname(this.#path), { mode: 0o700 });
      return openSync(this.#path, OPEN_FLAGS, 0o600);
    }
  }

  #setAside(): void {
    const newest = rotatedFiles(this.#path).at(-1)?.number ?? 0;
    renameSync(this.#path, rotatedPath(this.#path, newest + 1));
    this.close();
    this.#prune();
  }

  #prune(): void {
    const kept = this.#limits.filesMax - 1;
    for (const { path } of rotatedFiles(this.#path).slice(0, -kept)) {
      try {
        rmSync(path, { force: true });
      } catch {
        // Whatever forbids it (a read-only disk) is told by the next line that can't be written.
      }
    }
  }
}

function notAFile(): Error {
  return new TypeError('what stands in its place is no file');
}

function lastByte(path: string, size: number): number {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const byte = Buffer.alloc(1);
    return readSync(fd, byte, 0, 1, size - 1) === 1 ? (byte[0] ?? LINE_FEED) : LINE_FEED;
  } finally {
    closeSync(fd);
  }
}

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * A name in the same directory that nobody else uses: not by pid, since in a container every start
 * may have the same one, and a crash leaves its files behind.
 */
export function temporaryName(path: string, word: string): string {
  return `${path}.${randomUUID()}.${word}`;
}

/**
 * Replaces the file as a whole: readers see the old content or the new, also after power loss.
 * @throws the system's error; the old content is then untouched and no temporary file is left
 */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = temporaryName(path, 'tmp');
  try {
    writeFileDurable(temporary, content, mode);
    renameSync(temporary, path);
  } catch (fault) {
    rmSync(temporary, { force: true });
    throw fault;
  }
  fsyncDirectory(dirname(path));
}

/** Creates the file and makes its content durable; its name is durable with the directory. */
export function writeFileDurable(path: string, content: string | Uint8Array, mode = 0o600): void {
  const fd = openSync(path, 'wx', mode);
  try {
    writeFully(fd, typeof content === 'string' ? Buffer.from(content) : content, 0);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A disk that is nearly full takes a part of a write and says so only by the count. */
export function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

/** @returns how many bytes were there, at most `length` */
export function readFully(fd: number, into: Uint8Array, length: number, position: number): number {
  let done = 0;
  while (done < length) {
    const count = readSync(fd, into, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** Removes what a crash left of unfinished writes. Only for files that one process writes. */
export function removeTemporaries(path: string): void {
  const directory = dirname(path);
  for (const name of readdirSync(directory)) {
    if (name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp')) {
      rmSync(join(directory, name), { force: true });
    }
  }
}

/** Makes names in the directory durable: created, renamed, removed. */
export function fsyncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export interface FileOwner {
  readonly uid: number;
  /** Permission bits. */
  readonly mode: number;
}

type BoundedFile =
  | { readonly kind: 'text'; readonly text: string; readonly owner: FileOwner }
  | { readonly kind: 'not-a-file' }
  | { readonly kind: 'too-large'; readonly bytes: number };

/**
 * Reads a small file. Opened without blocking, because a pipe in its place would hang the caller,
 * and without following a link, because what cdb writes there is never one.
 * @throws the system's error (ENOENT, EACCES, ELOOP, EIO)
 */
export function readBounded(path: string, bytesMax: number): BoundedFile {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) return { kind: 'not-a-file' };
    let buffer = Buffer.alloc(Math.min(found.size, bytesMax) + 1);
    let length = readFully(fd, buffer, buffer.length, 0);
    if (length === buffer.length && length <= bytesMax) {
      // It has grown meanwhile.
      buffer = Buffer.alloc(bytesMax + 1);
      length = readFully(fd, buffer, buffer.length, 0);
    }
    if (length > bytesMax) return { kind: 'too-large', bytes: fstatSync(fd).size };
    const owner = { uid: found.uid, mode: found.mode & 0o7777 };
    return { kind: 'text', text: buffer.toString('utf8', 0, length), owner };
  } finally {
    closeSync(fd);
  }
}

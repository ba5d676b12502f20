import { isUtf8 } from 'node:buffer';
import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { DependencyError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';

export interface LogTail {
  /** Oldest first; text of whatever encoding it was found to be. */
  readonly lines: readonly string[];
  /** There are older ones that were not read. */
  readonly isCut: boolean;
}

/** A packed log can only be read from its start. */
const UNPACKED_BYTES_MAX = 128 * 1_024 * 1_024;
const GZIP = Buffer.from([0x1f, 0x8b]);
const UTF16 = Buffer.from([0xff, 0xfe]);
const NO_LINES: LogTail = { lines: [], isCut: false };

/**
 * The last lines of a log that others write, packed or not. Neither locks nor changes it.
 * @throws the system's error when it can't be read; DependencyError for what is no regular file
 */
export async function logTail(
  path: string,
  bytesMax: number,
  signal: AbortSignal,
): Promise<LogTail> {
  // Without waiting: to open a pipe that nobody writes to would keep this process for ever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw noFile(path);
    if (found.size === 0) return NO_LINES;
    const head = Buffer.alloc(2);
    await file.read(head, 0, 2, 0);
    if (head.equals(GZIP)) return await packedTail(path, bytesMax, signal);
    // Even, so that a text of two bytes a letter is cut between letters.
    const start = Math.max(0, Math.floor((found.size - bytesMax) / 2) * 2);
    const bytes = Buffer.alloc(found.size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return tailOf(bytes.subarray(0, bytesRead), start > 0, head.equals(UTF16));
  } finally {
    await file.close();
  }
}

async function packedTail(path: string, bytesMax: number, signal: AbortSignal): Promise<LogTail> {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let allBytes = 0;
  const unpacked = createReadStream(path, { signal }).pipe(createGunzip());
  try {
    for await (const part of unpacked as AsyncIterable<Buffer>) {
      kept.push(part);
      keptBytes += part.length;
      allBytes += part.length;
      while (keptBytes - (kept[0]?.length ?? 0) >= bytesMax) keptBytes -= kept.shift()?.length ?? 0;
      if (allBytes > UNPACKED_BYTES_MAX) break;
    }
  } catch (fault) {
    // Still being written, or cut off: what was there before the damage counts.
    if (!errnoOf(fault).startsWith('Z_')) throw fault;
  }
  const bytes = Buffer.concat(kept);
  return tailOf(bytes, allBytes > bytes.length, bytes.subarray(0, 2).equals(UTF16));
}

function tailOf(bytes: Buffer, isCut: boolean, isUtf16: boolean): LogTail {
  const lines = isUtf16 ? bytes.toString('utf16le').split('\n') : linesOf(bytes);
  if (isCut) lines.shift();
  if (lines.at(-1) === '') lines.pop();
  return { lines, isCut };
}

/** A line that is not UTF-8 is read as Latin-1, in which every byte is a letter. */
function linesOf(bytes: Buffer): string[] {
  if (isUtf8(bytes)) return bytes.toString('utf8').split('\n');
  const lines: string[] = [];
  for (let from = 0; from <= bytes.length;) {
    const found = bytes.indexOf(10, from);
    const end = found < 0 ? bytes.length : found;
    const line = bytes.subarray(from, end);
    lines.push(line.toString(isUtf8(line) ? 'utf8' : 'latin1'));
    from = end + 1;
  }
  return lines;
}

function noFile(path: string): DependencyError {
  return new DependencyError(`"${path}" is no regular file`, {
    dependency: 'logs',
    retryable: false,
  });
}

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { wordsOf } from '../engine/domain/words-of.js';
import { errnoOf } from '../operator-error/errno.js';

export type PrivateFile =
  | { readonly ok: true; readonly text: string; readonly isExposed: boolean }
  /** `why` completes "cannot be read: …". */
  | { readonly ok: false; readonly why: string };

/** Variables and URLs; whoever names more has named the wrong file. */
const BYTES_MAX = 256 * 1024;
const READABLE_BY_OTHERS = 0o077;

/** Opened without blocking: a pipe in its place would hang every command, a stop above all. */
export function readPrivateFile(path: string): PrivateFile {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (fault) {
    return {
      ok: false,
      why: errnoOf(fault) === 'ENOENT' ? 'there is no such file' : wordsOf(fault),
    };
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { ok: false, why: 'it is no regular file' };
    if (stat.size > BYTES_MAX) return { ok: false, why: `it has more than ${BYTES_MAX} bytes` };
    const bytes = Buffer.alloc(BYTES_MAX);
    const length = readSync(fd, bytes, 0, BYTES_MAX, 0);
    const isExposed = (stat.mode & READABLE_BY_OTHERS) !== 0;
    return { ok: true, text: bytes.toString('utf8', 0, length), isExposed };
  } catch (fault) {
    return { ok: false, why: wordsOf(fault) };
  } finally {
    closeSync(fd);
  }
}

import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';

interface Advice {
  readonly why: string;
  readonly todo: string;
  readonly retryable: boolean;
}

const DISK_FULL: Advice = {
  why: 'the disk is full',
  todo: 'free space on its file system; it then continues by itself',
  retryable: true,
};
const FORBIDDEN: Advice = {
  why: 'permission denied',
  todo: 'give this user the directory, or choose another one with --state-dir',
  retryable: false,
};
const TOO_MANY_FILES: Advice = {
  why: 'too many files are open',
  todo: 'raise the limit of open files (ulimit -n)',
  retryable: true,
};

const ADVICE: Readonly<Record<string, Advice>> = {
  ENOSPC: DISK_FULL,
  EDQUOT: { ...DISK_FULL, why: 'the disk quota is used up' },
  EROFS: {
    why: 'the file system is read-only',
    todo: 'mount it writable, or choose another directory with --state-dir',
    retryable: false,
  },
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EIO: {
    why: 'the disk reports an input/output error',
    todo: 'look at the kernel log and move the state directory to a healthy disk',
    retryable: false,
  },
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
  ENOENT: {
    why: 'it does not exist',
    todo: 'check --state-dir, and whether something removes files there',
    retryable: false,
  },
  ENOTDIR: {
    why: 'a part of the path is a file, not a directory',
    todo: 'choose another directory with --state-dir',
    retryable: false,
  },
};

export function fileAdvice(cause: unknown): Advice {
  const known = ADVICE[errnoOf(cause)];
  if (known !== undefined) return known;
  const why = wordsOf(cause);
  return { why, todo: 'check the file system that holds it', retryable: false };
}

/** @param action what failed, with the path quoted: `Cannot append to "/var/lib/cdb/journal/x"` */
export function fileFault(action: string, cause: unknown): DependencyError {
  const { why, todo, retryable } = fileAdvice(cause);
  const errno = errnoOf(cause);
  const code = errno === '' ? '' : ` (${errno})`;
  return new DependencyError(`${action}: ${why}${code}; ${todo}`, {
    dependency: 'state directory',
    retryable,
    cause,
  });
}

/** Bytes that are not what was written. No retry helps, and nothing may skip them. */
export function damagedFile(path: string, offset: number, what: string): DependencyError {
  return new DependencyError(
    `Cannot read "${path}": ${what} at offset ${offset}; ` +
      'keep a copy of the file and restore it from a backup, or start a new run with --restart',
    { dependency: 'state directory', retryable: false },
  );
}

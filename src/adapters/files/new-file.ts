import { closeSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';
import { makeDirectories } from '../make-directories.js';
import { fsyncDirectory, readFully, temporaryName, writeFully } from './atomic-file.js';
import { fileAdvice } from './file-fault.js';

const COMPARED_BYTES = 64 * 1024;

type Texts = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/**
 * A file that appears as a whole under a name that nothing had.
 * @param elsewhere what to do where another file is in the way
 * @returns 'same' for a file of that name with the same content, which is left alone
 * @throws OperatorError: exit 6 for another content, exit 4 when it can't be written
 */
export async function writeNewFile(
  path: string,
  texts: Texts,
  elsewhere: string,
): Promise<'written' | 'same'> {
  const temporary = temporaryName(path, 'tmp');
  try {
    makeDirectories(dirname(path), 0o700);
    await writeAll(temporary, texts);
    linkSync(temporary, path);
    fsyncDirectory(dirname(path));
    return 'written';
  } catch (fault) {
    if (fault instanceof OperatorError || fault instanceof DependencyError) throw fault;
    if (errnoOf(fault) === 'EEXIST' && isSame(temporary, path)) return 'same';
    throw unusable(path, fault, elsewhere);
  } finally {
    rmSync(temporary, { force: true });
  }
}

async function writeAll(path: string, texts: Texts): Promise<void> {
  const fd = openSync(path, 'wx', 0o600);
  try {
    let position = 0;
    for await (const text of texts) {
      const bytes = Buffer.from(text);
      writeFully(fd, bytes, position);
      position += bytes.length;
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** What stands there may be anything: a pipe would keep us waiting, a directory has no content. */
function isSame(a: string, b: string): boolean {
  try {
    return statSync(b).isFile() && haveSameContent(a, b);
  } catch {
    return false; // A link that leads nowhere, or a file that is not ours to read.
  }
}

function haveSameContent(a: string, b: string): boolean {
  const files = [a, b].map((path) => openSync(path, 'r'));
  const [one, other] = [Buffer.alloc(COMPARED_BYTES), Buffer.alloc(COMPARED_BYTES)];
  try {
    const [first = -1, second = -1] = files;
    for (let position = 0; ; position += COMPARED_BYTES) {
      const length = readFully(first, one, COMPARED_BYTES, position);
      const there = readFully(second, other, COMPARED_BYTES, position);
      if (length !== there || one.compare(other, 0, length, 0, length) !== 0) return false;
      if (length < COMPARED_BYTES) return true;
    }
  } finally {
    for (const fd of files) closeSync(fd);
  }
}

function unusable(path: string, cause: unknown, elsewhere: string): OperatorError {
  const isThere = errnoOf(cause) === 'EEXIST';
  const { why, todo } = fileAdvice(cause);
  return new OperatorError({
    code: 'CDB-E0617',
    what: `Cannot write "${path}"`,
    why: isThere ? 'a file of that name is there and says something else' : why,
    todo: isThere ? elsewhere : todo,
    exit: isThere ? EXIT.CONFLICT : EXIT.UNREACHABLE,
    cause,
  });
}

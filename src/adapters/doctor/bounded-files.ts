import { open, readdir, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';
import { errnoOf } from '../../operator-error/errno.js';

const FILES_MAX = 500;
const DEPTH_MAX = 4;
const BYTES_MAX = 4 * 1_024 * 1_024;

export interface FoundFile {
  readonly path: string;
  /** Null: it cannot be read, and `fault` says why. */
  readonly text: string | null;
  readonly fault: string | null;
  readonly modifiedAtMs: number;
}

/**
 * The texts of these files, and of all below these directories whose names end so. What is larger than
 * a few megabytes, or is no regular file, is a fault of its own. Never rejects.
 * @param tailBytes of a large file only its end is read, instead of none
 */
export async function readFiles(
  paths: readonly string[],
  endings: readonly string[],
  tailBytes?: number,
): Promise<readonly FoundFile[]> {
  const files = (await Promise.all(paths.map((path) => filesAt(path, endings, DEPTH_MAX)))).flat();
  return Promise.all(files.slice(0, FILES_MAX).map((path) => readOne(path, tailBytes)));
}

/** A path that is no directory stands for itself, also where nothing is there. */
async function filesAt(
  path: string,
  endings: readonly string[],
  depth: number,
): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    if (depth === 0) return [];
    const below = [...entries]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry): Promise<readonly string[]> => {
        const inside = join(path, entry.name);
        if (entry.isDirectory()) return filesAt(inside, endings, depth - 1);
        return endings.some((ending) => entry.name.endsWith(ending)) ? [inside] : [];
      });
    return (await Promise.all(below)).flat();
  } catch (fault) {
    return errnoOf(fault) === 'EACCES' || depth === DEPTH_MAX ? [path] : [];
  }
}

/** Opened without blocking: a pipe in its place would hang the check-up. */
async function readOne(path: string, tailBytes: number | undefined): Promise<FoundFile> {
  const unread = (fault: string) => ({ path, text: null, fault, modifiedAtMs: 0 });
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      const { size, mtimeMs } = stats;
      if (!stats.isFile()) return unread('it is no regular file');
      if (tailBytes === undefined && size > BYTES_MAX) {
        return unread(`it has more than ${BYTES_MAX} bytes`);
      }
      const length = Math.min(size, tailBytes ?? BYTES_MAX);
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await handle.read(bytes, 0, length, size - length);
      const text = bytes.toString('utf8', 0, bytesRead);
      return { path, text, fault: null, modifiedAtMs: mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (fault) {
    return unread(errnoOf(fault) === 'ENOENT' ? 'there is no such file' : wordsOf(fault));
  }
}

/** @throws DependencyError for a file that is not there, or is no JSON */
export async function readJson(path: string): Promise<unknown> {
  const { text, fault } = await readOne(path, undefined);
  const unusable = (why: string, cause?: unknown) =>
    new DependencyError(`${path}: ${why}`, { dependency: 'files', retryable: false, cause });
  if (text === null) throw unusable(fault ?? 'it cannot be read');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable('it is no JSON', error);
  }
}

/** Names of the regular files in a directory with the time of their last change; none where it is not there. */
export async function listFiles(
  directory: string,
  wanted: RegExp,
): Promise<readonly { readonly name: string; readonly modifiedAtMs: number }[]> {
  let names: readonly string[];
  try {
    names = await readdir(directory);
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return [];
    throw fault;
  }
  const found = await Promise.all(
    names
      .filter((name) => wanted.test(name))
      .map(async (name) => {
        const { mtimeMs } = await stat(join(directory, name));
        return { name, modifiedAtMs: mtimeMs };
      }),
  );
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

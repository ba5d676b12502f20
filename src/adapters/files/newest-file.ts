import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded } from './atomic-file.js';

/**
 * The text of the file whose name comes last. Null: there is none of that pattern, or it can't be
 * read, which is no reason to take an older one for it.
 */
export function newestFileText(directory: string, name: RegExp, bytesMax: number): string | null {
  try {
    const path = newestPath(directory, name);
    if (path === null) return null;
    const file = readBounded(path, bytesMax);
    return file.kind === 'text' ? file.text : null;
  } catch {
    // There is no such directory before the first one.
    return null;
  }
}

/** The same file with what changes when it is written again. Null: there is none. */
export function newestFile(
  directory: string,
  name: RegExp,
): { readonly path: string; readonly version: string } | null {
  try {
    const path = newestPath(directory, name);
    if (path === null) return null;
    const { mtimeMs, size, ino } = statSync(path);
    return { path, version: `${path} ${mtimeMs} ${size} ${ino}` };
  } catch {
    return null; // As above, or it was removed just now.
  }
}

function newestPath(directory: string, name: RegExp): string | null {
  const newest = readdirSync(directory)
    .filter((one) => name.test(one))
    .sort()
    .at(-1);
  return newest === undefined ? null : join(directory, newest);
}

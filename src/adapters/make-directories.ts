import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and what is missing above it, level by level: `mkdir` with `recursive` never
 * returns where the system answers ENOENT for a parent that exists (/proc, for one).
 * @returns true when it was made now
 * @throws the system's error; ENOTDIR or EEXIST when a file is in the way
 */
export function makeDirectories(path: string, mode: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return false;
  if (found === undefined && dirname(path) !== path) makeDirectories(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
  } catch (fault) {
    // Somebody else has made it in between.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return false;
    throw fault;
  }
  return true;
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** From the sources as from the bundle the package root is at most this many folders up. */
const LEVELS_MAX = 5;

/** @param path below the package root. @returns null when this installation lacks the file */
export function shippedFile(path: string): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const candidate = join(folder, path);
    if (existsSync(candidate)) return candidate;
    folder = dirname(folder);
  }
  return null;
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readBounded } from './atomic-file.js';

/**
 * The text of the file whose name comes last. Null: there is none of that pattern, or it can't be
 * read, which is no reason to take an older one for it.
 */
export function newestFileText(directory: string, name: RegExp, bytesMax: number): string | null {
  try {
    const newest = readdirSync(directory)
      .filter((one) => name.test(one))
      .sort()
      .at(-1);
    if (newest === undefined) return null;
    const file = readBounded(join(directory, newest), bytesMax);
    return file.kind === 'text' ? file.text : null;
  } catch {
    // There is no such directory before the first one.
    return null;
  }
}

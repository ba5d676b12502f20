import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertInvariant } from '../engine/domain/invariant.js';

const LEVELS_MAX = 5;

/**
 * The directory of the installed package, found from the bundle (`dist/`) as well as from a source
 * file: the nearest one above that holds both package.json and migrations/.
 */
export function packageRoot(from: string = import.meta.url): string {
  let directory = dirname(fileURLToPath(from));
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const isRoot = ['package.json', 'migrations'].every((name) =>
      existsSync(join(directory, name)),
    );
    if (isRoot) return directory;
    directory = dirname(directory);
  }
  assertInvariant(false, `the package of "${from}" holds migrations/`);
}

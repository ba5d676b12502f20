import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readBounded, writeFileDurable } from '../../adapters/files/atomic-file.js';
import { stateDirectory } from '../../adapters/files/state-directory.js';
import { makeDirectories } from '../../adapters/make-directories.js';
import type { CanaryPacks } from '../../commands/canary/canary-ports.js';
import type { PackFiles } from '../../engine/control/canary-pack.js';
import { errnoOf } from '../../operator-error/errno.js';

const FILE_BYTES_MAX = 1024 * 1024;
const FOLDER = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** Prestart packs: a dated folder each, below `proofs/canary`. */
export function canaryPacks(stateDir: string): CanaryPacks {
  const root = join(stateDirectory(stateDir).proofs, 'canary');
  return {
    folder: (name) => join(root, name),
    write: (name, files) => {
      for (const [file, text] of Object.entries(files)) {
        const path = join(root, name, file);
        makeDirectories(dirname(path), 0o700);
        writeFileDurable(path, text);
      }
    },
    newest: () => {
      const name = names(root).at(-1);
      return name === undefined ? null : { name, files: filesOf(join(root, name)) };
    },
  };
}

function names(root: string): readonly string[] {
  try {
    return readdirSync(root)
      .filter((name) => FOLDER.test(name))
      .sort();
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return [];
    throw fault;
  }
}

/** What can't be read as text is there, and is not what the manifest says. */
function filesOf(folder: string): PackFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const file = readBounded(path, FILE_BYTES_MAX);
        return [relative(folder, path), file.kind === 'text' ? file.text : ''];
      }),
  );
}

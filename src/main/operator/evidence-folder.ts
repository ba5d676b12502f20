import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { readBounded } from '../../adapters/files/atomic-file.js';
import { stateDirectory } from '../../adapters/files/state-directory.js';
import type { EvidenceFolder, Listing } from '../../commands/readiness/readiness-ports.js';
import type { FileReading } from '../../doctor/readiness/guard-rules.js';
import { PROOF_BYTES_MAX } from '../../doctor/readiness/proof.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { errnoOf } from '../../operator-error/errno.js';

/** A proof, an index, a scrape: none of them comes near it. */
const FILE_BYTES_MAX = PROOF_BYTES_MAX;
const NAMES_MAX = 10_000;
const PARENTS_MAX = 64;

export function evidenceFolder(path: string): EvidenceFolder {
  const root = resolve(path);
  return {
    path,
    list: () => listing(root),
    read: (name) => reading(join(root, name)),
    fault: (relativePath) => faultBelow(root, relativePath),
  };
}

export function proofFolder(stateDir: string): EvidenceFolder {
  return evidenceFolder(stateDirectory(stateDir).proofs);
}

function listing(root: string): Listing {
  try {
    const names = readdirSync(root);
    return names.length > NAMES_MAX
      ? { state: 'unusable', why: `it has more than ${NAMES_MAX} files` }
      : { state: 'listed', names: names.sort() };
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return { state: 'missing' };
    return { state: 'unusable', why: wordsOf(fault) };
  }
}

function reading(path: string): FileReading {
  try {
    const file = readBounded(path, FILE_BYTES_MAX);
    if (file.kind === 'text') return { state: 'text', text: file.text };
    return {
      state: 'unusable',
      why: file.kind === 'too-large' ? `it has more than ${FILE_BYTES_MAX} bytes` : 'it is no file',
    };
  } catch (fault) {
    if (errnoOf(fault) === 'ENOENT') return { state: 'missing' };
    return { state: 'unusable', why: wordsOf(fault) };
  }
}

/** Paths in state files are those of the repository, wherever in it the folder is. */
function repositoryOf(folder: string): string {
  let at = folder;
  for (let i = 0; i < PARENTS_MAX; i += 1) {
    if (statSync(join(at, '.git'), { throwIfNoEntry: false }) !== undefined) return at;
    const above = dirname(at);
    if (above === at) break;
    at = above;
  }
  return folder;
}

function faultBelow(folder: string, relativePath: string): string | null {
  try {
    const root = repositoryOf(folder);
    const found = realpathSync(join(root, relativePath));
    const inside = relative(realpathSync(root), found);
    if (inside === '..' || inside.startsWith(`..${sep}`)) return 'leads out of the repository';
    return statSync(found).isFile() ? null : 'is no file';
  } catch (fault) {
    return errnoOf(fault) === 'ENOENT' ? 'does not exist' : `can not be read: ${wordsOf(fault)}`;
  }
}

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../adapters/files/atomic-file.js';
import type { StateDirectory } from '../../adapters/files/state-directory.js';
import { errnoOf } from '../../operator-error/errno.js';

/** Names the state directory to other hosts: random, made once, kept in it. */
export function hostPlace(state: StateDirectory): string {
  const path = join(state.journal, 'place');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (fault) {
    if (errnoOf(fault) !== 'ENOENT') throw fault;
    const place = `place:${randomUUID()}`;
    writeFileAtomic(path, `${place}\n`);
    return place;
  }
}

import { closeSync, constants, fchmodSync, fstatSync, openSync } from 'node:fs';
import type { Repair } from '../../doctor/check.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import { DependencyError } from '../../operator-error.js';

const RIGHTS = 0o7777;

/** On the file that was opened, so that nobody can put another one in its place meanwhile. */
export function repairRights({ path, mode, modeAfter }: Repair): void {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const found = fstatSync(fd);
      if (!found.isFile() || (found.mode & RIGHTS) !== (mode & RIGHTS)) {
        throw unlike(path, 'it is no longer as it was found; look again');
      }
      fchmodSync(fd, modeAfter & RIGHTS);
    } finally {
      closeSync(fd);
    }
  } catch (fault) {
    throw fault instanceof DependencyError ? fault : unlike(path, wordsOf(fault), fault);
  }
}

function unlike(path: string, why: string, cause?: unknown): DependencyError {
  return new DependencyError(`the rights of ${path} cannot be changed: ${why}`, {
    ...{ dependency: 'disk', retryable: false, cause },
  });
}

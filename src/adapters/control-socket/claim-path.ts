import { lstatSync, rmSync } from 'node:fs';
import { EXIT, OperatorError } from '../../operator-error.js';
import { fitsSocketPath, SOCKET_PATH_BYTES_MAX } from '../socket-path-limit.js';
import { somebodyListens } from '../socket-probe.js';

/**
 * Makes room for a new socket. What a dead engine left behind is removed; a socket on which
 * somebody answers, or which may belong to somebody who is only slow, is never touched.
 * @throws OperatorError
 */
export async function claimSocketPath(path: string): Promise<void> {
  if (!fitsSocketPath(path)) {
    throw cannotOpen(
      path,
      `the path is longer than ${SOCKET_PATH_BYTES_MAX} bytes`,
      'use a shorter --state-dir',
    );
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw cannotOpen(
      path,
      'another kind of file is in its place',
      `look at it, then remove ${path}`,
    );
  }
  if (await somebodyListens(path)) {
    throw cannotOpen(path, 'another process listens on it', 'cdb status, then cdb stop');
  }
  rmSync(path, { force: true });
}

function cannotOpen(path: string, why: string, todo: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0702',
    what: `Cannot open the control socket "${path}"`,
    why,
    todo,
    exit: EXIT.CONFLICT,
  });
}

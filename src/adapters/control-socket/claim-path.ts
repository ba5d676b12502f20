import { lstatSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { EXIT, OperatorError } from '../../operator-error.js';

/** Node 20 cuts longer socket paths off silently and would listen somewhere else. */
export const SOCKET_PATH_BYTES_MAX = 100;
const PROBE_TIMEOUT_MS = 1_000;

/**
 * Makes room for a new socket. What a dead engine left behind is removed; a socket on which
 * somebody answers, or which may belong to somebody who is only slow, is never touched.
 * @throws OperatorError
 */
export async function claimSocketPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
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
  if (await nobodyListens(path)) {
    rmSync(path, { force: true });
    return;
  }
  throw cannotOpen(path, 'another process listens on it', 'cdb status, then cdb stop');
}

function nobodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const settle = (nobody: boolean) => {
      clearTimeout(timer);
      probe.destroy();
      resolve(nobody);
    };
    const timer = setTimeout(() => {
      settle(false);
    }, PROBE_TIMEOUT_MS);
    probe.once('connect', () => {
      settle(false);
    });
    probe.once('error', (fault: NodeJS.ErrnoException) => {
      settle(fault.code === 'ECONNREFUSED' || fault.code === 'ENOENT');
    });
  });
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

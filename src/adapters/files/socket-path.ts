import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, OperatorError } from '../../operator-error.js';
import type { StateDirectory } from './state-directory.js';
import { fitsSocketPath, SOCKET_PATH_BYTES_MAX } from '../socket-path-limit.js';
import { makeDirectories } from '../make-directories.js';

/**
 * Where the control socket goes: `run/cdb.sock`, or for a deep state directory a private directory
 * whose name derives from it. Others find it through engine.lock.
 * @throws OperatorError when that directory belongs to somebody else
 */
export function socketPath(
  state: StateDirectory,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const plain = join(state.run, 'cdb.sock');
  if (fitsSocketPath(plain)) return plain;
  const hash = createHash('sha256').update(state.root).digest('hex').slice(0, 16);
  const uid = process.getuid?.() ?? 0;
  const bases = [env['XDG_RUNTIME_DIR'] ?? '', tmpdir(), '/tmp'].filter((base) => base !== '');
  const directories = bases.map((base) => join(base, `cdb-${uid}-${hash}`));
  const directory = directories.find((one) => fitsSocketPath(join(one, 'cdb.sock')));
  if (directory === undefined) throw noPlace(plain, 'XDG_RUNTIME_DIR and TMPDIR are as long');
  requirePrivateDirectory(directory, uid);
  return join(directory, 'cdb.sock');
}

/** The temporary directory is everybody's: a directory that was put there for us is not used. */
function requirePrivateDirectory(directory: string, uid: number): void {
  makeDirectories(directory, 0o700);
  const found = lstatSync(directory);
  const isPrivate = found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
  if (!isPrivate) throw noPlace(directory, 'it exists and is not private to this user');
}

function noPlace(path: string, why: string): OperatorError {
  return new OperatorError({
    code: 'CDB-E0203',
    what: `Cannot place the control socket: required at most ${SOCKET_PATH_BYTES_MAX} bytes, "${path}"`,
    why,
    todo: 'use a --state-dir with a shorter path, or set XDG_RUNTIME_DIR to a private directory',
    exit: EXIT.CONFLICT,
  });
}

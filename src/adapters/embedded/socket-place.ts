import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asPlaceError } from './embedded-errors.js';
import { makePrivateDir } from './pg-places.js';
import { canReach, type ServerUser } from './server-user.js';
import { fitsSocketPath } from '../socket-path-limit.js';

export const PG_PORT = 5432;
export const SOCKET_NAME = `.s.PGSQL.${PG_PORT}`;

/**
 * The directory of the server's socket: beside the data, or a short one with a name derived from
 * theirs where that path would be too long.
 */
export async function chooseSocketDir(base: string, user: ServerUser | null): Promise<string> {
  const beside = join(base, 'pg-socket');
  const path = fits(beside) ? beside : await shortDirectory(base, user);
  try {
    makePrivateDir(path, user);
  } catch (error) {
    throw asPlaceError(path, error);
  }
  return path;
}

function fits(directory: string): boolean {
  return fitsSocketPath(join(directory, SOCKET_NAME));
}

async function shortDirectory(base: string, user: ServerUser | null): Promise<string> {
  const name = `cdb-${createHash('sha256').update(base).digest('hex').slice(0, 16)}`;
  const runtimeDir = process.env['XDG_RUNTIME_DIR'];
  for (const root of [runtimeDir, tmpdir()]) {
    if (root === undefined || root === '') continue;
    const path = join(root, name);
    if (fits(path) && (await canReach(user, root))) return path;
  }
  return join('/tmp', name);
}

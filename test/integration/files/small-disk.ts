import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './log-on-disk.js';

export interface SmallDisk {
  readonly path: string;
  /** Takes all blocks that are left. */
  fill(): void;
  /** Gives them back. */
  free(): void;
  remove(): void;
}

const SIZE_KIB = 512;

/** A file system of half a MiB; null where this user may not mount one. */
export function smallDisk(): SmallDisk | null {
  const directory = temporaryDirectory();
  const { path } = directory;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_KIB}k`, 'tmpfs', path], {
      stdio: 'ignore',
      timeout: 5_000,
    });
  } catch {
    directory.remove();
    return null; // The caller says what it can show without one.
  }
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: () => {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize, 1));
    },
    free: () => {
      rmSync(ballast, { force: true });
    },
    remove: () => {
      // Lazy: a test that failed may have left a file open.
      execFileSync('umount', ['-l', path], { stdio: 'ignore', timeout: 5_000 });
      directory.remove();
    },
  };
}

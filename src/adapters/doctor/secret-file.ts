import { stat } from 'node:fs/promises';
import { errnoOf } from '../../operator-error/errno.js';

export interface SecretFileState {
  readonly kind: 'file' | 'directory' | 'other' | 'missing' | 'unreadable';
  readonly bytes: number | null;
  /** Rights alone: 0o600. */
  readonly mode: number | null;
}

/** Looks at a file with a secret without opening it. Never rejects. */
export async function secretFileState(path: string): Promise<SecretFileState> {
  try {
    const stats = await stat(path);
    const mode = stats.mode & 0o777;
    if (stats.isFile()) return { kind: 'file', bytes: stats.size, mode };
    return { kind: stats.isDirectory() ? 'directory' : 'other', bytes: null, mode };
  } catch (fault) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(errnoOf(fault));
    return { kind: isMissing ? 'missing' : 'unreadable', bytes: null, mode: null };
  }
}

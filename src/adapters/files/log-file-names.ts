import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** In the directory `logs` of the state directory. */
export const ENGINE_LOG_NAME = 'engine.log';

export interface RotatedFile {
  readonly path: string;
  /** Higher is newer; never used twice while files are left. */
  readonly number: number;
}

/** `engine.log` and then `engine.log.000001`: names sort in the order of time. */
export function rotatedPath(path: string, number: number): string {
  return `${path}.${String(number).padStart(6, '0')}`;
}

/** Oldest first; empty when the directory can't be listed. */
export function rotatedFiles(path: string): readonly RotatedFile[] {
  const start = `${basename(path)}.`;
  return namesIn(dirname(path))
    .filter((name) => name.startsWith(start) && /^\d{6,15}$/.test(name.slice(start.length)))
    .map((name) => ({
      path: join(dirname(path), name),
      number: Number(name.slice(start.length)),
    }))
    .sort((a, b) => a.number - b.number);
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // Missing or closed to us: whoever opens a file in it says why.
  }
}

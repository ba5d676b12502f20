import { appendFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../make-directories.js';

const FILE_BYTES_MAX = 1_048_576;
const TAIL_CHARS_MAX = 4_000;

/** What the server says on stderr: the newest 1 to 2 MiB on disk, the last lines in memory. */
export class ServerLog {
  readonly path: string;
  #bytes: number;
  #tail = '';
  /** Bytes that could not be written, e.g. on a full disk; the server must go on all the same. */
  lostBytes = 0;

  constructor(path: string) {
    this.path = path;
    makeDirectories(dirname(path), 0o700);
    this.#bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  append(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-TAIL_CHARS_MAX);
    try {
      if (this.#bytes + chunk.length > FILE_BYTES_MAX) {
        renameSync(this.path, `${this.path}.1`);
        this.#bytes = 0;
      }
      appendFileSync(this.path, chunk, { mode: 0o600 });
      this.#bytes += chunk.length;
    } catch {
      this.lostBytes += chunk.length; // The tail in memory still has the newest lines.
    }
  }

  /** The newest lines since `mark()`. */
  tail(lines = 5): string {
    return this.#tail.trim().split('\n').slice(-lines).join('\n');
  }

  /** Forgets the tail, so that an error of this start never shows lines of an earlier one. */
  mark(): void {
    this.#tail = '';
  }
}

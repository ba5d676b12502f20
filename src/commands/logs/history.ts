import { setImmediate } from 'node:timers/promises';
import type { LogFile, RawLine } from '../../engine/ports/log-reader.js';
import type { LogFilter, ShownLine } from './log-filter.js';

/**
 * The newest `count` lines that are asked for, oldest first. Reads from the newest file back, and
 * no further than it must.
 * @param sinceMs files that were written to before this only are not read
 */
export async function newestLines(
  files: readonly LogFile[],
  rest: () => readonly RawLine[],
  wanted: {
    readonly count: number;
    readonly sinceMs: number | null;
    readonly filter: () => LogFilter;
    /** Aborted: what was found so far is enough. */
    readonly signal: AbortSignal;
  },
): Promise<readonly ShownLine[]> {
  let found: readonly ShownLine[] = [];
  for (const [index, file] of [...files].reverse().entries()) {
    if (file.modifiedAtMs < (wanted.sinceMs ?? 0)) break;
    const filter = wanted.filter();
    const lines = new Newest(wanted.count - found.length);
    for (const chunk of file.chunks()) {
      lines.add(filter.take(chunk));
      // Signals are heard in between: the files may be large.
      await setImmediate();
      if (wanted.signal.aborted) break;
    }
    if (index === 0) lines.add(filter.take(rest()));
    found = [...lines.all(), ...found];
    if (found.length >= wanted.count || wanted.signal.aborted) break;
  }
  return found;
}

class Newest {
  readonly #count: number;
  #lines: ShownLine[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  add(lines: readonly ShownLine[]): void {
    for (const line of lines) this.#lines.push(line);
    // Not after every line: moving what is kept costs as much as keeping it.
    if (this.#lines.length > 2 * this.#count) this.#lines = this.#lines.slice(-this.#count);
  }

  all(): readonly ShownLine[] {
    return this.#lines.slice(-this.#count);
  }
}

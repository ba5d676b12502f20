import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalEventLogOptions } from '../../../src/adapters/files/local-event-log.js';
import { openLocalEventLog } from '../../../src/adapters/files/local-event-log.js';
import { systemClock } from '../../../src/adapters/system-clock.js';
import type { EventLog, LogEntry } from '../../../src/engine/ports/event-log.js';

export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'cdb-files-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export function openLog(directory: string, options: Partial<LocalEventLogOptions> = {}): EventLog {
  return openLocalEventLog(directory, { clock: systemClock(), ...options });
}

/** Paths of the segments of a stream, oldest first. */
export function segmentPaths(directory: string, stream: string): readonly string[] {
  const path = join(directory, stream);
  return readdirSync(path)
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .map((name) => join(path, name));
}

export function entry(seq: number, text = 'v'): LogEntry {
  return { id: { seq, ord: 0 }, fields: { n: String(seq), text } };
}

export function entries(first: number, last: number, text = 'v'): readonly LogEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => entry(first + index, text));
}

export function seqs(read: readonly LogEntry[]): readonly number[] {
  return read.map(({ id }) => id.seq);
}

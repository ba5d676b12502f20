import type { RawLine } from '../../engine/ports/log-reader.js';
import { LOG_LEVELS, type LogLevel } from '../../engine/ports/logger.js';
import type { Grep } from './grep.js';
import { lineText, unreadableText } from './line-text.js';
import { readLogLine, type LogLine } from './log-line.js';

/** A line that is shown: one of the log, or what else stands in the file. */
export interface ShownLine {
  readonly text: string;
  /** Null for what can't be read. */
  readonly line: LogLine | null;
  /** As the engine stored it; `{ unreadable }` for the rest. */
  readonly stored: Readonly<Record<string, unknown>>;
}

interface Wanted {
  readonly level: LogLevel;
  /** Null: from the first one. */
  readonly sinceMs: number | null;
  readonly grep: Grep | null;
}

/**
 * What of a chunk is asked for. Lines that can't be read have neither level nor time: they are kept
 * with every level, and belong to the time of the line before them.
 */
export class LogFilter {
  readonly #wanted: Wanted;
  #isRecent: boolean;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#isRecent = wanted.sinceMs === null;
  }

  take(chunk: readonly RawLine[]): readonly ShownLine[] {
    const candidates = chunk.flatMap((raw) => this.#candidate(raw));
    const { grep } = this.#wanted;
    if (grep === null || candidates.length === 0) return candidates;
    const matches = grep(candidates.map(({ text }) => text));
    return candidates.filter((_, index) => matches[index] === true);
  }

  #candidate(raw: RawLine): readonly ShownLine[] {
    if (raw === '') return [];
    const line = raw === null ? null : readLogLine(raw);
    const { level, sinceMs } = this.#wanted;
    if (line !== null && sinceMs !== null) this.#isRecent = line.atMs >= sinceMs;
    if (!this.#isRecent) return [];
    if (line === null) return [{ text: unreadableText(raw), line, stored: { unreadable: raw } }];
    const isWanted = LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level);
    return isWanted ? [{ text: lineText(line), line, stored: line.stored }] : [];
  }
}

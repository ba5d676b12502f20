import type { LogEntry, LogId, Trim } from './event-log.js';

/**
 * Published facts, each stream in the order in which its facts were born. What was appended once is
 * not appended again, however often it is offered.
 */
export interface FactStreams {
  /** The id of an entry is where its fact was born. */
  append(name: string, entries: readonly LogEntry[], trim: Trim): Promise<void>;
  /**
   * From here on nobody appends to the stream who took it over before: `append` throws Fenced to them.
   * @returns where the newest fact of the stream was born; null when there is none
   */
  takeOver(name: string): Promise<LogId | null>;
  /** Whether the fact that was born there is in the stream; of the newest ones only. */
  has(name: string, id: LogId): Promise<boolean>;
}

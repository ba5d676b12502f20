export interface LogFacts {
  readonly logs: readonly ServiceLog[];
}

/** The last window of what one service has written. */
export interface ServiceLog {
  readonly service: string;
  /** File, directory or record. */
  readonly place: string;
  /** Oldest first, bounded. */
  readonly lines: readonly LogLine[];
  /** Of all that was read, in or out of the window; null: no line has a time. */
  readonly newestAtMs: number | null;
  /** The zone that times without one were read in. */
  readonly zone: string;
  /** Lines that are none: no time, no level. */
  readonly unreadable: number;
  /** Our engine's own: it is silent where nothing happens, and its clock is ours. */
  readonly isOwn?: boolean;
  /** Lines of the window that are older than the first one were not read. */
  readonly isCut?: boolean;
  /** Why it could not be read. */
  readonly fault?: string;
}

export interface LogLine {
  readonly atMs: number | null;
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'fatal' | null;
  readonly logger: string | null;
  readonly text: string;
}

export type LogLevel = NonNullable<LogLine['level']>;

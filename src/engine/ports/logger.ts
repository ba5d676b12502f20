export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Ascending; a log at one level takes that level and all above it. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Flat, so that a line stays a line; names in snake_case with their unit (`waited_ms`). */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/**
 * The engine's log. Never throws and waits for nothing but the operating system's own memory; what
 * can't be written is counted and told later. Secrets in texts are masked, controls are escaped.
 * Not for the hot path: per trade there is nothing to tell.
 */
export interface Logger {
  /**
   * @param area one word of who speaks: `feed`, `database`, `control`
   * @param message a sentence that stays the same for the same event; what varies goes into fields
   */
  log(level: LogLevel, area: string, message: string, fields?: LogFields): void;
  /** False when lines of this level are not wanted, and need not be composed. */
  takes(level: LogLevel): boolean;
}

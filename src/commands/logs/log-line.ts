import { LOG_LEVELS, type LogLevel } from '../../engine/ports/logger.js';

/** One line as the engine wrote it. */
export interface LogLine {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly area: string;
  readonly message: string;
  readonly runId: string | null;
  /** All other members, in the order in which they stand. */
  readonly fields: readonly (readonly [name: string, value: unknown])[];
  /** The whole object as it is stored. */
  readonly stored: Readonly<Record<string, unknown>>;
}

const KNOWN = new Set(['time', 'level', 'area', 'message', 'run_id']);

/** @returns null for what is not a line of the log: cut off by a crash, or written by others */
export function readLogLine(text: string): LogLine | null {
  const stored = objectOf(text);
  if (stored === null) return null;
  const { time, level, area, message, run_id } = stored;
  const known = LOG_LEVELS.find((one) => one === level);
  const atMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (known === undefined || Number.isNaN(atMs) || typeof message !== 'string') return null;
  return {
    atMs,
    level: known,
    area: typeof area === 'string' ? area : '',
    message,
    runId: typeof run_id === 'string' ? run_id : null,
    fields: Object.entries(stored).filter(([name]) => !KNOWN.has(name)),
    stored,
  };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  if (!text.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : null;
  } catch {
    return null; // Torn; the caller shows and counts it.
  }
}

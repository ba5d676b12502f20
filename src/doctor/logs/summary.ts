import type { LogLevel, ServiceLog } from './facts.js';
import { logStanding, type LogStanding } from './log-standing.js';
import { patternsOf, type LogPattern } from './patterns.js';

/** What the last window of one log says, for checks and for the report. */
export interface LogSummary {
  readonly service: string;
  readonly place: string;
  readonly isOwn: boolean;
  readonly standing: LogStanding;
  readonly lines: number;
  readonly byLevel: Readonly<Record<LogLevel, number>>;
  /** Of levels error and fatal, the most frequent first. */
  readonly errors: readonly LogPattern[];
  readonly firstAtMs: number | null;
  readonly newestAtMs: number | null;
  /** The last line of all, whatever it is. */
  readonly lastLine: string | null;
  readonly unreadable: number;
  readonly isCut: boolean;
  readonly fault: string | null;
  readonly verdict: LogVerdict;
}

/** `REPEATS`: the same error comes again and again, and has not ended. A healthy badge says nothing. */
export type LogVerdict = 'OK' | 'ERRORS' | 'REPEATS' | 'SILENT' | 'UNREADABLE';

const REPEATS_MIN = 3;
/** What comes less often is a series of single events. */
const MEAN_MS_MAX = 60_000;
const ENDED_MS_MIN = 60_000;
const ENDED_GAPS = 5;

export function logSummary(log: ServiceLog, nowMs: number): LogSummary {
  const { service, place, lines, newestAtMs, unreadable } = log;
  const errors = patternsOf(lines, ['error', 'fatal']);
  const summary = {
    ...{ service, place, newestAtMs, unreadable, errors },
    isOwn: log.isOwn === true,
    standing: logStanding(log, nowMs),
    lines: lines.length,
    byLevel: countsOf(log),
    firstAtMs: lines.find(({ atMs }) => atMs !== null)?.atMs ?? null,
    lastLine: lines.at(-1)?.text ?? null,
    isCut: log.isCut === true,
    fault: log.fault ?? null,
  };
  return { ...summary, verdict: verdictOf(summary) };
}

/** Has not ended by the log's own clock. */
export function isGoingOn(pattern: LogPattern, newestAtMs: number | null): boolean {
  if (pattern.lastAtMs === null || newestAtMs === null) return true;
  return newestAtMs - pattern.lastAtMs <= Math.max(ENDED_MS_MIN, ENDED_GAPS * (pattern.maxMs ?? 0));
}

export function isRepeating(pattern: LogPattern, newestAtMs: number | null): boolean {
  const isOften = pattern.count >= REPEATS_MIN && (pattern.meanMs ?? 0) <= MEAN_MS_MAX;
  return isOften && isGoingOn(pattern, newestAtMs);
}

function verdictOf(summary: Omit<LogSummary, 'verdict'>): LogVerdict {
  const { fault, lines, errors, newestAtMs, unreadable } = summary;
  if (fault !== null || (lines > 0 && unreadable === lines)) return 'UNREADABLE';
  if (lines === 0) return 'SILENT';
  if (errors.some((pattern) => isRepeating(pattern, newestAtMs))) return 'REPEATS';
  return errors.length > 0 ? 'ERRORS' : 'OK';
}

function countsOf({ lines }: ServiceLog): Readonly<Record<LogLevel, number>> {
  const counts = { debug: 0, info: 0, warn: 0, error: 0, fatal: 0 };
  for (const { level } of lines) if (level !== null) counts[level] += 1;
  return counts;
}

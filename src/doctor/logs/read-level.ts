import type { LogLevel } from './facts.js';

/** Words of Python, pino, Go, Redis, PostgreSQL, and German ones. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  DEBG: 'debug',
  VERBOSE: 'debug',
  INFO: 'info',
  NOTICE: 'info',
  LOG: 'info',
  INFORMATION: 'info',
  HINWEIS: 'info',
  WARN: 'warn',
  WARNING: 'warn',
  WARNUNG: 'warn',
  ERROR: 'error',
  ERR: 'error',
  EROR: 'error',
  FEHLER: 'error',
  CRITICAL: 'fatal',
  CRIT: 'fatal',
  KRITISCH: 'fatal',
  FATAL: 'fatal',
  PANIC: 'fatal',
};

export const LEVEL_WORDS = Object.keys(LEVELS).join('|');

/** Pino counts in tens. */
const PINO: Readonly<Record<number, LogLevel>> = {
  10: 'debug',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

export function readLevel(value: unknown): LogLevel | null {
  if (typeof value === 'number') return PINO[value] ?? null;
  return typeof value === 'string' ? (LEVELS[value.toUpperCase()] ?? null) : null;
}

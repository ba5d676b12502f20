import type { Readings } from '../../doctor/facts.js';
import type { Finding } from '../../doctor/finding.js';
import type { DayStatus } from '../../doctor/verdict.js';

/** What was found, and what it was found in. */
export interface CheckUp {
  readonly status: DayStatus;
  /** Worst first. */
  readonly findings: readonly Finding[];
  readonly readings: Readings;
  /** Of the look, or of the record that was looked at. */
  readonly atMs: number;
  readonly tookMs: number;
}

import { durationText } from '../../view/age.js';
import type { ServiceLog } from './facts.js';

/** An idle service is silent for a while; a whole stack is not. */
export const STALE_MS = 10 * 60_000;
const AHEAD_MS = 5_000;

/** What the age of its newest line makes of a log. */
export type LogStanding = 'live' | 'stale' | 'ahead' | 'empty';

export function logStanding({ newestAtMs }: ServiceLog, nowMs: number): LogStanding {
  if (newestAtMs === null) return 'empty';
  if (newestAtMs > nowMs + AHEAD_MS) return 'ahead';
  return nowMs - newestAtMs > STALE_MS ? 'stale' : 'live';
}

/** `6.5 h` from an hour on, so that two reports can be compared at a glance. */
export function lagText(ms: number): string {
  const hours = Math.abs(ms) / 3_600_000;
  return hours < 1 ? durationText(Math.abs(ms)) : `${(Math.round(hours * 10) / 10).toFixed(1)} h`;
}

import type { WatchdogStanding } from '../engine/ports/watchdog-standing.js';
import { agoText } from './age.js';

/** `watches, halts only, pid 4182, looked 0.8 s ago`. */
export function watchdogWords(
  { state, pid, does, lookedAtMs }: WatchdogStanding,
  nowMs: number,
): string {
  const looked = lookedAtMs === null ? 'never looked' : `looked ${agoText(lookedAtMs, nowMs)}`;
  switch (state) {
    case 'none':
      return 'none';
    case 'watches':
      return `watches, ${does}, pid ${pid ?? 'unknown'}, ${looked}`;
    case 'silent':
      return `SILENT: pid ${pid ?? 'unknown'} has the watch, ${looked}`;
  }
}

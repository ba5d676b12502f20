import type { OpenAlarm } from '../domain/watchdog-alarm.js';

/** Whether somebody watches the engine of a state directory. */
export interface WatchdogStanding {
  /** `silent`: its process is there, or may be, and it has not looked for a while. */
  readonly state: 'none' | 'watches' | 'silent';
  readonly pid: number | null;
  /** `halts only`, `halts and cancels`; empty where there is none. */
  readonly does: string;
  /** When it said last that it looks; null when it never did. */
  readonly lookedAtMs: number | null;
  readonly alarm: OpenAlarm | null;
}

import type { ControlRecord, Level } from '../domain/control.js';

/** The promise for a stop: the longest that anybody waits for a place of the register or for an engine's word. */
export const STOP_PROMISE_MS = 1_000;
/** Of one step of it, whose answer or fault says more than that time is over. */
export const STOP_STEP_MS = 900;

/**
 * How far a place of the register could be made to forbid trading. All of them hold after a crash:
 * `record` is the normal way, the others are what is left when a disk takes no new data.
 */
export interface StopOutcome {
  readonly how: 'record' | 'marker' | 'overwritten' | 'moved-away';
  /** What this place says from now on; the emergency ways can only say HALTED. */
  readonly level: Level;
  /** What was tried before and failed. */
  readonly failures: readonly string[];
}

/** A place that can still be stopped when it can't be written in the normal way. */
export interface Stoppable {
  /**
   * Durable when it returns. Throws DependencyError: retryable where somebody else wrote since it was read,
   * which a last try overrules with HALTED; else when nothing worked.
   */
  stop(record: ControlRecord, isLastTry?: boolean): StopOutcome;
}

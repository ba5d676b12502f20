import type { EffectiveControl, PlacedReading } from '../control/register.js';
import type { ControlRecord } from '../domain/control.js';

/** An engine that listens to a place, and when it said that it obeys. */
export interface ObeyingEngine {
  readonly engineId: string;
  /** After the question; null: it has not said so in time. */
  readonly ms: number | null;
}

/**
 * A place of the control register that several hosts reach: Redis or PostgreSQL. Beside the record that
 * operators change there, it may tell what the latches of other hosts say.
 * All of it throws DependencyError when the place can't answer in time.
 */
export interface SharedPlace {
  readonly name: string;
  /** The place's own record first, then those of other hosts. */
  read(): Promise<readonly PlacedReading[]>;
  /**
   * Changes the place's own record in one step with looking at it.
   * @param next from what it says now; null where nothing was ever ordered there. `epochMin` is above
   *   every epoch that is known there, so that whoever obeys it has heard of this change.
   */
  change(
    next: (current: EffectiveControl | null, epochMin: number) => ControlRecord,
  ): Promise<ControlRecord>;
  /**
   * Waits until every engine that lives and listens here decides and sends under this epoch or a later
   * one, but no longer than `waitMs`. Absent where a place can't know them.
   */
  readonly obeyed?: (epoch: number, waitMs: number) => Promise<readonly ObeyingEngine[]>;
  /** Replaces the record that a host has left. @returns false: it has none, or has just said another */
  readonly forget?: (host: string, next: ControlRecord) => Promise<boolean>;
  close(): Promise<void>;
}

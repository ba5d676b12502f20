import type { Clock } from './ports/clock.js';
import type { EnginePhase } from './ports/engine-status.js';
import type { Supervisor } from './ports/supervisor.js';

/** One lost sign must not cost the engine its life, and neither must one slow turn. */
const SIGNS_PER_LIMIT = 3;
/** How often a sign that was not heard is repeated where nobody waits for `ALIVE`. */
const REPEAT_MS = 10_000;

export interface Pulse {
  readonly phase: EnginePhase;
  /** Grows with every turn of the engine's loop, and stands still when the loop hangs. */
  readonly turns: number;
}

export interface LifeSignsDeps {
  readonly supervisor: Supervisor;
  readonly clock: Clock;
  readonly pulse: () => Pulse;
  /** The loop stands still; the supervisor is told nothing until it turns again. */
  readonly onHang: (sinceMs: number) => void;
}

/**
 * Tells a supervisor that the engine lives, and only while its loop turns.
 *
 * Not while its effects flow: a venue, a database or an operator who says HALTED can stop those for
 * hours, a restart would bring back none of them, and it would cost the open windows. What a restart
 * does repair is a loop that waits for something that never comes, and an event loop that is blocked:
 * then this does not run at all, and its silence says so.
 */
export class LifeSigns {
  readonly #deps: LifeSignsDeps;
  readonly #end = new AbortController();
  #telling: Promise<void> = Promise.resolve();
  #isReadyHeard = false;
  #isStoppingHeard = false;
  #isStopping = false;
  #seenTurns: number | null = null;
  #movedAtMs = 0;
  #isHanging = false;

  constructor(deps: LifeSignsDeps) {
    this.#deps = deps;
  }

  /** The start-up is over: from here on signs are sent until `end`. */
  ready(): void {
    this.#movedAtMs = this.#deps.clock.monotonicMs();
    this.#telling = this.#tellOnAndOn();
  }

  stopping(): void {
    this.#isStopping = true;
    void this.#tellStopping();
  }

  /** Resolves when the last sign is out. */
  async end(): Promise<void> {
    this.#end.abort();
    await this.#telling;
  }

  async #tellOnAndOn(): Promise<void> {
    const { supervisor, clock } = this.#deps;
    const limitMs = supervisor.aliveWithinMs;
    const everyMs = limitMs === null ? REPEAT_MS : limitMs / SIGNS_PER_LIMIT;
    while (!this.#end.signal.aborted) {
      this.#isReadyHeard ||= await supervisor.tell('READY');
      if (this.#turns() && limitMs !== null) await supervisor.tell('ALIVE');
      if (this.#isStopping && !this.#isStoppingHeard) await this.#tellStopping();
      await clock.sleep(everyMs, this.#end.signal);
    }
  }

  /** What comes before and after the loop is bounded by the supervisor's limits of start and stop. */
  #turns(): boolean {
    const { clock, pulse, onHang } = this.#deps;
    const { phase, turns } = pulse();
    const nowMs = clock.monotonicMs();
    const moves = phase !== 'running' || turns !== this.#seenTurns;
    this.#seenTurns = turns;
    if (moves) this.#movedAtMs = nowMs;
    else if (!this.#isHanging) onHang(nowMs - this.#movedAtMs);
    this.#isHanging = !moves;
    return moves;
  }

  async #tellStopping(): Promise<void> {
    this.#isStoppingHeard = await this.#deps.supervisor.tell('STOPPING');
  }
}

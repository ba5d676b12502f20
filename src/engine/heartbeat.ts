import type { Heartbeat, HeartbeatPhase } from './domain/heartbeat.js';
import type { Pulse } from './life-signs.js';
import type { Clock } from './ports/clock.js';
import type { HeartbeatPlace } from './ports/heartbeat.js';

const BEAT_EVERY_MS = 250;
/** A disk that hangs must not keep an engine from ending; without a goodbye it then counts as dead. */
const GOODBYE_MS_MAX = 2_000;

export interface HeartbeatDeps {
  readonly place: Pick<HeartbeatPlace, 'write'>;
  readonly clock: Clock;
  readonly pulse: () => Pulse;
  readonly who: Pick<Heartbeat, 'pid' | 'startTime' | 'bootId' | 'startedAtMs' | 'runId'>;
  /** Once for each thing that keeps it from being written. */
  readonly onTrouble: (text: string) => void;
}

/**
 * Beats for the watchdog while the loop turns. A loop that stands still, an event loop that is
 * blocked and a process that is stopped or gone all look the same from outside: no beat any more.
 */
export class EngineHeartbeat {
  readonly #deps: HeartbeatDeps;
  readonly #end = new AbortController();
  #beating: Promise<void> = Promise.resolve();
  #beat = 0;
  #seenTurns: number | null = null;
  #told = '';

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
  }

  /** The state is recovered and the loop begins: from here on its silence is an alarm. */
  begin(): void {
    this.#beating = this.#beatOnAndOn();
  }

  /** @param isClean drained and ended in order: only then it says goodbye */
  async end(isClean: boolean): Promise<void> {
    this.#end.abort();
    const waited = new AbortController();
    await Promise.race([
      this.#sayGoodbye(isClean),
      this.#deps.clock.sleep(GOODBYE_MS_MAX, waited.signal),
    ]);
    waited.abort();
  }

  async #sayGoodbye(isClean: boolean): Promise<void> {
    await this.#beating;
    if (isClean && this.#beat > 0) await this.#write('stopped');
  }

  async #beatOnAndOn(): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#end.signal.aborted) {
      const { phase, turns } = this.#deps.pulse();
      const isRunning = phase === 'running';
      // The drain waits for stores, not for turns; TimeoutStopSec is its bound.
      if (!isRunning || turns !== this.#seenTurns) {
        await this.#write(isRunning ? 'running' : 'draining');
      }
      this.#seenTurns = turns;
      await clock.sleep(BEAT_EVERY_MS, this.#end.signal);
    }
  }

  async #write(phase: HeartbeatPhase): Promise<void> {
    const { place, clock, pulse, who, onTrouble } = this.#deps;
    this.#beat += 1;
    const { turns } = pulse();
    try {
      await place.write({ ...who, phase, turns, beat: this.#beat, atMs: clock.nowMs() });
      this.#told = '';
    } catch (fault) {
      const why = String(fault);
      if (why !== this.#told) onTrouble(`the heartbeat for the watchdog can't be written: ${why}`);
      this.#told = why;
    }
  }
}

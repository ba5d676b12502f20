import type { Clock } from '../../engine/ports/clock.js';
import { DependencyError, EXIT, OperatorError } from '../../operator-error.js';
import { durationText, utcText } from '../../view/age.js';
import type { CommandIo } from '../command-io.js';
import { plainText } from '../../view/plain-text.js';

/** Says on stderr, once per change, that nobody answers and that somebody does again. */
export class EngineAway {
  readonly #io: Pick<CommandIo, 'stderr' | 'nowMs'>;
  readonly #clock: Clock;
  #sinceMs: number | null = null;
  #why: string | null = null;

  constructor(io: Pick<CommandIo, 'stderr' | 'nowMs'>, clock: Clock) {
    this.#io = io;
    this.#clock = clock;
  }

  /** @param why nobody answers; null when somebody does */
  note(why: string | null, awaited = 'an engine'): void {
    if (why === this.#why) return;
    if (why === null) {
      this.say(`${awaited} answers again, after ${durationText(this.forMs())}`);
    } else if (this.#why === null) {
      this.say(`${why} (${utcText(this.#io.nowMs())}); waiting for ${awaited}, Ctrl-C ends this`);
    } else {
      this.say(`still waiting: ${why}`);
    }
    this.#sinceMs = why === null ? null : (this.#sinceMs ?? this.#clock.monotonicMs());
    this.#why = why;
  }

  /** How long nobody has answered; 0 while one does. */
  forMs(): number {
    return this.#sinceMs === null ? 0 : this.#clock.monotonicMs() - this.#sinceMs;
  }

  say(text: string): void {
    this.#io.stderr(`notice: ${plainText(text)}\n`);
  }
}

export const NO_ENGINE = 'no engine runs';

/**
 * Why an engine (or what it needs to answer) is away for now: waiting helps.
 * @throws the fault itself when waiting does not
 */
export function awayWords(fault: unknown): string {
  if (fault instanceof DependencyError && fault.retryable) return fault.message;
  if (!(fault instanceof OperatorError)) throw fault;
  const passes = fault.exit === EXIT.UNREACHABLE || fault.exit === EXIT.TIMEOUT;
  // Somebody starts an engine this very moment, and has the database.
  if (!passes && fault.code !== 'CDB-E0406') throw fault;
  return `${fault.what}: ${fault.why}`;
}

import { EXIT } from '../../operator-error.js';
import type { CommandIo, StopCause } from '../command-io.js';

export type AskedBy = StopCause | '--timeout';

export const EXIT_OF: Readonly<Record<AskedBy, number>> = {
  SIGINT: EXIT.SIGINT,
  SIGTERM: EXIT.SIGTERM,
  EPIPE: EXIT.OK,
  unwritable: EXIT.UNREACHABLE,
  '--timeout': EXIT.TIMEOUT,
};

/**
 * Somebody wants the command to end: heard from the first line on, in the preflight too. Asked
 * twice, it ends at once; the journal makes that safe.
 */
export class StopRequest {
  cause: AskedBy | null = null;
  /** Aborted at the first request. */
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #forget: () => void;
  #onAsked: (cause: AskedBy) => void = () => undefined;
  #force: (status: number) => void = () => undefined;
  readonly #forced: Promise<number>;

  /** @param heeds what to end for; an engine goes on when its words can't be written */
  constructor(
    io: Pick<CommandIo, 'onStop' | 'deadline'>,
    heeds: (cause: StopCause) => boolean = () => true,
  ) {
    this.signal = this.#abort.signal;
    this.#forced = new Promise((resolve) => {
      this.#force = resolve;
    });
    this.#forget = io.onStop((cause) => {
      if (heeds(cause)) this.#ask(cause);
    });
    const late = () => {
      this.#ask('--timeout');
    };
    if (io.deadline.aborted) late();
    else io.deadline.addEventListener('abort', late, { once: true });
  }

  /** Calls back at the first request, at once when that was before. */
  whenAsked(listener: (cause: AskedBy) => void): void {
    this.#onAsked = listener;
    if (this.cause !== null) listener(this.cause);
  }

  /** The work's own status, or that of a second request, which waits for nothing. */
  orForced(work: Promise<number>): Promise<number> {
    return Promise.race([work, this.#forced]);
  }

  forget(): void {
    this.#forget();
  }

  #ask(cause: AskedBy): void {
    if (this.cause !== null) {
      this.#force(EXIT_OF[this.cause]);
      return;
    }
    this.cause = cause;
    this.#abort.abort();
    this.#onAsked(cause);
  }
}

import type { Clock } from '../../engine/ports/clock.js';
import { DependencyError } from '../../operator-error.js';
import type { ConnectGate } from './pg-pool.js';

const PAUSE_MS_MIN = 100;
const PAUSE_MS_MAX = 2_000;

interface GateParts {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** One attempt to connect, through the pool that this gate stands before. */
  readonly attempt: () => Promise<unknown>;
  readonly onNotice: (text: string) => void;
}

/**
 * While the server is away one attempt at a time goes out, with growing pauses; every other call
 * fails at once with the reason. So an outage is no storm of connections, however many calls are
 * made, and engines that lost the server together do not come back together.
 */
export class ReconnectGate implements ConnectGate {
  readonly #parts: GateParts;
  readonly #closing = new AbortController();
  #why: DependencyError | null = null;
  #isTrying = false;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  get state(): 'up' | 'away' {
    return this.#why === null ? 'up' : 'away';
  }

  enter(): void {
    if (this.#why === null || this.#isTrying) return;
    throw new DependencyError(`the database is away: ${this.#why.message}`, {
      dependency: 'postgresql',
      retryable: true,
      cause: this.#why,
    });
  }

  failed(why: DependencyError): void {
    const isKnown = this.#why !== null;
    this.#why = why;
    // The attempt that follows an outage tells its own failure here too.
    if (isKnown || this.#closing.signal.aborted) return;
    this.#parts.onNotice(`the database is away, trying again: ${why.message}`);
    void this.#untilReached();
  }

  close(): void {
    this.#closing.abort();
  }

  async #untilReached(): Promise<void> {
    const { clock, random, onNotice } = this.#parts;
    const { signal } = this.#closing;
    const sinceMs = clock.monotonicMs();
    let pauseMs = PAUSE_MS_MIN;
    for (;;) {
      await clock.sleep(pauseMs * (0.5 + random() / 2), signal);
      if (signal.aborted) return;
      if (await this.#isReached()) break;
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
    this.#why = null;
    const seconds = ((clock.monotonicMs() - sinceMs) / 1_000).toFixed(1);
    onNotice(`the database answers again, after ${seconds} s`);
  }

  async #isReached(): Promise<boolean> {
    this.#isTrying = true;
    // The attempt passes `enter` before it first waits for anything; no other call slips through.
    const attempt = this.#parts.attempt();
    this.#isTrying = false;
    return attempt.then(
      () => true,
      () => false,
    );
  }
}

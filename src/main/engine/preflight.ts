import type { EngineOrder, PreflightStep } from '../../commands/services.js';
import type { Clock } from '../../engine/ports/clock.js';

/** Opens parts one after another, tells how long each took, and closes them in reverse. */
export class Preflight {
  readonly #clock: Clock;
  readonly #onStep: (step: PreflightStep) => void;
  readonly #signal: AbortSignal;
  readonly #closers: (() => void | Promise<void>)[] = [];

  constructor(clock: Clock, { onStep, signal }: Pick<EngineOrder, 'onStep' | 'signal'>) {
    this.#clock = clock;
    this.#onStep = onStep;
    this.#signal = signal;
  }

  async step<T>(
    name: string,
    open: () => T | Promise<T>,
    words: (opened: T) => string,
  ): Promise<T> {
    this.#signal.throwIfAborted();
    const startedAtMs = this.#clock.monotonicMs();
    const opened = await open();
    this.#onStep({ name, words: words(opened), ms: this.#clock.monotonicMs() - startedAtMs });
    return opened;
  }

  closeLater(close: () => void | Promise<void>): void {
    this.#closers.push(close);
  }

  /** Every closer runs, whatever another one does; the first failure is thrown at the end. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

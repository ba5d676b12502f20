import type { Clock } from '../../../src/engine/ports/clock.js';

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Time that passes only when the test says so. */
export class ManualClock implements Clock {
  #nowMs: number;
  #sleepers: Sleeper[] = [];

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  get sleeping(): number {
    return this.#sleepers.length;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        signal?.removeEventListener('abort', end);
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
        resolve();
      };
      const sleeper: Sleeper = { dueMs: this.#nowMs + ms, wake: end };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', end);
    });
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const { dueMs, wake } of [...this.#sleepers]) if (dueMs <= this.#nowMs) wake();
  }
}

import type { TimerPort } from '../../src/tui/terminal/frame-pacer.js';

/** Time that passes when a test says so. */
export class FakeTimer implements TimerPort {
  #nowMs = 1_000;
  #calls: { readonly atMs: number; readonly call: () => void }[] = [];

  nowMs = (): number => this.#nowMs;

  after = (ms: number, call: () => void): (() => void) => {
    const entry = { atMs: this.#nowMs + ms, call };
    this.#calls.push(entry);
    return () => {
      this.#calls = this.#calls.filter((other) => other !== entry);
    };
  };

  /** Calls what falls due, in order, at its time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#calls.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#calls = this.#calls.filter((other) => other !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
    }
    this.#nowMs = untilMs;
  }

  get waiting(): number {
    return this.#calls.length;
  }
}

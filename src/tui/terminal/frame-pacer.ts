/** Time for what is drawn; a fake one makes it a pure matter. */
export interface TimerPort {
  readonly nowMs: () => number;
  /** @returns the function that takes the call back */
  readonly after: (ms: number, call: () => void) => () => void;
}

/** Ten frames per second are as many as anybody reads. */
const DATA_MS = 100;
/** A held key repeats some thirty times a second; this bounds what a flood of keys may cost. */
const KEY_MS = 16;

/** Says when to draw: at once for a key, at most ten times a second for data. */
export class FramePacer {
  readonly #timer: TimerPort;
  readonly #draw: () => void;
  #drawnAtMs = Number.NEGATIVE_INFINITY;
  #dueAtMs: number | null = null;
  #cancel: () => void = () => undefined;

  constructor(timer: TimerPort, draw: () => void) {
    this.#timer = timer;
    this.#draw = draw;
  }

  /** Something is new: because of a key, or by itself. */
  request(cause: 'key' | 'data'): void {
    const nowMs = this.#timer.nowMs();
    // A clock that was set back must not hold the screen.
    if (nowMs < this.#drawnAtMs) this.#drawnAtMs = Number.NEGATIVE_INFINITY;
    const dueAtMs = Math.max(nowMs, this.#drawnAtMs + (cause === 'key' ? KEY_MS : DATA_MS));
    if (this.#dueAtMs !== null && this.#dueAtMs <= dueAtMs) return;
    this.stop();
    if (dueAtMs <= nowMs) {
      this.#drawNow();
      return;
    }
    this.#dueAtMs = dueAtMs;
    this.#cancel = this.#timer.after(dueAtMs - nowMs, () => {
      this.#drawNow();
    });
  }

  stop(): void {
    this.#cancel();
    this.#dueAtMs = null;
  }

  #drawNow(): void {
    this.#dueAtMs = null;
    this.#drawnAtMs = this.#timer.nowMs();
    this.#draw();
  }
}

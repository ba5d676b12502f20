import type { FeedInput, Input } from './domain/inputs.js';
import type { Feed } from './ports/feed.js';

/**
 * One queue of what the fold has to see next: control, audit and config changes first, then what the
 * feed says. Bounded by the feed: it is asked for more only when all before was taken.
 */
export class Sequencer {
  readonly #urgent: Input[] = [];
  #fed: readonly FeedInput[] = [];
  #ended = false;
  #closed = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;
  readonly #abort = new AbortController();
  #resume: (() => void) | null = null;

  /** Puts an input before all that waits of the feed. */
  urge(input: Input): void {
    this.#urgent.push(input);
    this.#wake?.();
  }

  /** True once the feed is over and everything was taken; never of a feed that has failed. */
  get ended(): boolean {
    const isEmpty = this.#fed.length === 0 && this.#urgent.length === 0;
    return this.#ended && isEmpty && this.#failure === null;
  }

  /** Reads the feed until it ends, fails or `close` is called. */
  async pump(feed: Feed, skip: number): Promise<void> {
    try {
      for await (const inputs of feed.inputs(skip, this.#abort.signal)) {
        if (this.#closed) break;
        // Nobody would take an empty batch, so nobody would ask for the next one.
        if (inputs.length === 0) continue;
        this.#fed = inputs;
        this.#wake?.();
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
      }
    } catch (error) {
      // Whoever closed the queue wants no more: that nothing comes is no failure then.
      if (!this.#abort.signal.aborted) this.#failure = { error };
    }
    this.#ended = true;
    this.#wake?.();
  }

  /** Asks the feed to end; what it has received by then can still be taken. */
  finish(): void {
    this.#abort.abort();
    this.#wake?.();
  }

  /** No more of the feed; what is urgent can still be taken. */
  close(): void {
    this.#closed = true;
    this.#abort.abort();
    this.#fed = [];
    this.#resume?.();
  }

  /** What is urgent alone: control must reach the fold also while no trade may. */
  takeUrgent(): readonly Input[] {
    return this.#urgent.splice(0);
  }

  /** At most `max` inputs that are ready now. Rethrows the feed's failure once all before it is taken. */
  take(max: number): readonly Input[] {
    const inputs: Input[] = this.#urgent.splice(0, max);
    const room = max - inputs.length;
    if (room > 0 && this.#fed.length > 0) {
      for (const input of this.#fed.slice(0, room)) inputs.push(input);
      this.#fed = this.#fed.slice(room);
      if (this.#fed.length === 0) this.#askForMore();
    }
    if (inputs.length === 0 && this.#failure !== null) throw this.#failure.error;
    return inputs;
  }

  /** Resolves when there is something to take, the feed ended, or someone knocks. */
  async ready(): Promise<void> {
    if (this.#urgent.length > 0 || this.#fed.length > 0 || this.#ended) return;
    await this.knocked();
  }

  /** Resolves when something urgent came or someone knocks. */
  async knocked(): Promise<void> {
    if (this.#urgent.length > 0) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  /** Ends a wait in `ready` without an input. */
  knock(): void {
    this.#wake?.();
  }

  #askForMore(): void {
    const resume = this.#resume;
    this.#resume = null;
    resume?.();
  }
}

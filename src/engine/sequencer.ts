import type { Input, TradeObserved } from './domain/inputs.js';
import type { Feed } from './ports/feed.js';

/**
 * One queue of what the fold has to see next: control, audit and config changes first, then trades.
 * Bounded by the feed: it is asked for more only when the trades before were taken.
 */
export class Sequencer {
  readonly #urgent: Input[] = [];
  #trades: readonly TradeObserved[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;
  readonly #abort = new AbortController();
  #resume: (() => void) | null = null;

  /** Puts an input before all waiting trades. */
  urge(input: Input): void {
    this.#urgent.push(input);
    this.#wake?.();
  }

  /** True once the feed is over and everything was taken; never of a feed that has failed. */
  get ended(): boolean {
    const isEmpty = this.#trades.length === 0 && this.#urgent.length === 0;
    return this.#ended && isEmpty && this.#failure === null;
  }

  /** Reads the feed until it ends, fails or `close` is called. */
  async pump(feed: Feed, skip: number): Promise<void> {
    try {
      for await (const trades of feed.trades(skip, this.#abort.signal)) {
        if (this.#abort.signal.aborted) break;
        // Nobody would take an empty batch, so nobody would ask for the next one.
        if (trades.length === 0) continue;
        this.#trades = trades;
        this.#wake?.();
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
      }
    } catch (error) {
      // Whoever closed the queue wants no more trades: that none come is no failure then.
      if (!this.#abort.signal.aborted) this.#failure = { error };
    }
    this.#ended = true;
    this.#wake?.();
  }

  /** No more trades; what is urgent can still be taken. */
  close(): void {
    this.#abort.abort();
    this.#trades = [];
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
    if (room > 0 && this.#trades.length > 0) {
      for (const trade of this.#trades.slice(0, room)) inputs.push(trade);
      this.#trades = this.#trades.slice(room);
      if (this.#trades.length === 0) this.#askForMore();
    }
    if (inputs.length === 0 && this.#failure !== null) throw this.#failure.error;
    return inputs;
  }

  /** Resolves when there is something to take, the feed ended, or someone knocks. */
  async ready(): Promise<void> {
    if (this.#urgent.length > 0 || this.#trades.length > 0 || this.#ended) return;
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

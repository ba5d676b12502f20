import { backoffMs } from '../../adapters/live-feed/backoff.js';
import type { Clock } from '../../engine/ports/clock.js';
import { faultWords } from './fault-words.js';

const LOOK_MS_MAX = 2_000;
const BACKOFF_MS_MAX = 10_000;
/** However long its looks take. */
const EVERY_MS_MAX = 30_000;

interface PollPlan<T> {
  readonly everyMs: number;
  /** One look; undefined: there is nothing to look at now, and nothing is wrong with that. */
  readonly look: () => Promise<T | undefined>;
  /** Part of the time that looking may take, 0 to 1: a look that took long is repeated later. */
  readonly shareMax?: number;
  readonly onChange: () => void;
}

export type Down = { readonly sinceMs: number; readonly why: string } | null;

/**
 * Looks at one place again and again. What was read stays when it can't be read any more; one look at
 * a time, however long it takes.
 */
export class Poll<T> {
  readonly #plan: PollPlan<T>;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #ended = new AbortController();
  #wake = new AbortController();
  #looking: Promise<void> | null = null;
  #failures = 0;
  #tookBeforeMs: number | null = null;
  value: T | null = null;
  asOfMs: number | null = null;
  down: Down = null;
  /** Of the newest look that succeeded. */
  tookMs: number | null = null;

  constructor(plan: PollPlan<T>, clock: Clock, random: () => number = Math.random) {
    this.#plan = plan;
    this.#clock = clock;
    this.#random = random;
  }

  start(): void {
    void this.#run();
  }

  /** Looks now, unless a look is under way. */
  refresh(): void {
    this.#wake.abort();
  }

  /** What was read is of something else than what is looked at from now on. */
  forget(): void {
    this.value = null;
    this.asOfMs = null;
  }

  end(): void {
    this.#ended.abort();
    this.#wake.abort();
  }

  /** How often a look comes, given how long they take; a single slow one slows nothing down. */
  get everyMs(): number {
    const { everyMs, shareMax } = this.#plan;
    if (shareMax === undefined || this.#tookBeforeMs === null || this.tookMs === null) {
      return everyMs;
    }
    const tookMs = Math.min(this.tookMs, this.#tookBeforeMs);
    return Math.min(Math.max(everyMs, tookMs / shareMax), Math.max(everyMs, EVERY_MS_MAX));
  }

  async #run(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#wake = new AbortController();
      await this.#look();
      const waitMs =
        this.#failures === 0
          ? this.everyMs
          : Math.max(this.#plan.everyMs, backoffMs(this.#failures, this.#random(), BACKOFF_MS_MAX));
      await this.#clock.sleep(waitMs, this.#wake.signal);
    }
  }

  async #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    const ended = new AbortController();
    const isLate = await Promise.race([
      this.#looking.then(() => false),
      this.#clock.sleep(LOOK_MS_MAX, ended.signal).then(() => !ended.signal.aborted),
    ]);
    ended.abort();
    // The look goes on: what it brings late is still the newest there is.
    if (isLate) this.#fail(`no answer within ${LOOK_MS_MAX} ms`);
  }

  async #lookOnce(): Promise<void> {
    const startedMs = this.#clock.monotonicMs();
    try {
      const value = await this.#plan.look();
      if (this.#ended.signal.aborted) return;
      this.#failures = 0;
      this.down = null;
      if (value !== undefined) {
        this.value = value;
        this.asOfMs = this.#clock.nowMs();
        this.#tookBeforeMs = this.tookMs;
        this.tookMs = this.#clock.monotonicMs() - startedMs;
      }
      this.#plan.onChange();
    } catch (fault) {
      this.#fail(faultWords(fault));
    }
  }

  #fail(why: string): void {
    if (this.#ended.signal.aborted) return;
    this.#failures += 1;
    this.down = { sinceMs: this.down?.sinceMs ?? this.#clock.nowMs(), why };
    this.#plan.onChange();
  }
}

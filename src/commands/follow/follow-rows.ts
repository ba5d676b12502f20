import type { Clock } from '../../engine/ports/clock.js';
import { EXIT } from '../../operator-error.js';
import type { CommandIo } from '../command-io.js';
import { EXIT_OF, StopRequest } from '../run/stop-request.js';
import { EngineAway } from './engine-away.js';
import type { FollowPlan } from './follow-plan.js';
import { orAborted } from './or-aborted.js';
import { RowPrinter } from './row-printer.js';

/** A look costs the engine one indexed query; what is new is shown half a second late at most. */
const LOOK_EVERY_MS = 500;
/** By then a supervisor has started the engine again, and its start is not to be disturbed. */
const REST_EVERY_MS = 2_000;
const REST_TRIES_MAX = 3;

/** Prints rows until somebody ends it; an engine that goes or comes back does not. */
export async function followRows<Row, Cursor>(
  io: CommandIo,
  clock: Clock,
  plan: FollowPlan<Row, Cursor>,
): Promise<number> {
  const stop = new StopRequest(io);
  try {
    await stop.orForced(new Follower(io, clock, { plan, signal: stop.signal }).run());
    return stop.cause === null ? EXIT.OK : EXIT_OF[stop.cause];
  } finally {
    stop.forget();
  }
}

class Follower<Row, Cursor> {
  readonly #plan: FollowPlan<Row, Cursor>;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #away: EngineAway;
  readonly #printer: RowPrinter<Row>;

  constructor(
    io: CommandIo,
    clock: Clock,
    { plan, signal }: { readonly plan: FollowPlan<Row, Cursor>; readonly signal: AbortSignal },
  ) {
    this.#plan = plan;
    this.#signal = signal;
    this.#clock = clock;
    this.#away = new EngineAway(io, clock);
    this.#printer = new RowPrinter(io, plan, signal);
  }

  /** Resolves with 0 once the signal is aborted. */
  async run(): Promise<number> {
    const first = await this.#first();
    if (first !== null) await this.#follow(first.cursor);
    return EXIT.OK;
  }

  async #first(): Promise<{ readonly cursor: Cursor } | null> {
    for (;;) {
      const look = await orAborted(this.#plan.first(), this.#signal);
      if (look === null) return null;
      this.#away.note(look.away, look.awaited);
      if (look.page !== null) {
        await this.#printer.first(look.page.rows, look.text);
        return look.page;
      }
      await this.#clock.sleep(LOOK_EVERY_MS, this.#signal);
    }
  }

  async #follow(start: Cursor): Promise<void> {
    let cursor = start;
    let restTriesLeft = 0;
    let restAtMs = REST_EVERY_MS;
    for (;;) {
      const look = await orAborted(this.#plan.look(cursor), this.#signal);
      if (look === null) return;
      this.#away.note(look.away, look.awaited);
      if (look.away === null) {
        restTriesLeft = REST_TRIES_MAX;
        restAtMs = REST_EVERY_MS;
      }
      let { page } = look;
      if (page === null && restTriesLeft > 0 && this.#away.forMs() >= restAtMs) {
        page = await orAborted(this.#plan.rest?.(cursor) ?? Promise.resolve(null), this.#signal);
        restTriesLeft = page === null ? restTriesLeft - 1 : 0;
        restAtMs += REST_EVERY_MS;
      }
      if (page !== null) {
        cursor = page.cursor;
        if (page.notice !== undefined) this.#away.say(page.notice);
        await this.#printer.next(page.rows);
      }
      if (page?.more !== true) await this.#clock.sleep(LOOK_EVERY_MS, this.#signal);
    }
  }
}

import type { Committer } from './committer.js';
import { toldOf } from './control/exit-wish.js';
import type { ControlRecord } from './domain/control.js';
import type { Output } from './domain/events.js';
import type { Input } from './domain/inputs.js';
import type { EngineFigures } from './figures.js';
import type { Fold } from './fold.js';
import type { Journal } from './journal.js';
import type { Clock } from './ports/clock.js';
import type { Feed } from './ports/feed.js';
import type { Sequencer } from './sequencer.js';
import type { Snapshotter } from './snapshotter.js';

export interface RunnerDeps {
  readonly fold: Fold;
  readonly journal: Journal;
  readonly sequencer: Sequencer;
  readonly committer: Committer;
  readonly snapshotter: Snapshotter;
  readonly figures: EngineFigures;
  readonly clock: Clock;
  /** The register's effective record now; never throws, unknown reads as HALTED. */
  readonly control: () => ControlRecord;
  /** Behind every batch, before anything of it can leave. What it throws ends the run. */
  readonly onFolded: () => void;
  readonly limits: { readonly batchInputsMax: number; readonly controlPollMs: number };
}

export type EndReason = 'finished' | 'stopped';

/**
 * The only live loop: control, journal, fold, and on to audit and publication. Several batches are
 * in flight; order is kept.
 */
export class Runner {
  /** Every wait of a turn has an end, so that a loop that stands still has a fault. */
  turns = 0;
  readonly #deps: RunnerDeps;
  #stopping = false;
  #isFinite = true;
  /** What the fold was told last, or is about to be. */
  #told: string;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
    this.#told = toldOf(deps.fold.state.control);
  }

  /**
   * Takes no further trade; what was taken is folded, committed and published. What a live feed has
   * received was taken: nobody could ask for it again.
   */
  stop(): void {
    this.#stopping = true;
    if (this.#drainsFeed()) this.#deps.sequencer.finish();
    else this.#deps.sequencer.close();
  }

  /** Looks at the control register now instead of at the next poll. */
  knock(): void {
    this.#deps.sequencer.knock();
  }

  /** Until the feed ends or `stop`. Rejects with the first failure of feed, journal or audit. */
  async run(feed: Feed): Promise<EndReason> {
    const { sequencer, fold } = this.#deps;
    this.#isFinite = feed.finite;
    const pumping = sequencer.pump(feed, fold.state.feedInputsSeen);
    try {
      while (!sequencer.ended && (!this.#stopping || this.#drainsFeed())) await this.#turn();
      return this.#stopping ? 'stopped' : 'finished';
    } finally {
      sequencer.close();
      await pumping;
    }
  }

  /** Behind the end of the feed, what came of the last batches; the caller sees to their commit. */
  async foldLate(inputs: readonly Input[]): Promise<void> {
    await this.#process(inputs);
  }

  /** A database that is away would make the end wait for it. */
  #drainsFeed(): boolean {
    return !this.#isFinite && this.#deps.committer.state === 'ok';
  }

  async #turn(): Promise<void> {
    const { sequencer, limits, clock, committer } = this.#deps;
    this.turns += 1;
    committer.throwIfFailed();
    this.#followControl();
    // While the audit does not keep up no trade is folded, but control still is.
    const hasRoom = committer.hasRoom();
    const inputs = hasRoom ? sequencer.take(limits.batchInputsMax) : sequencer.takeUrgent();
    if (inputs.length > 0) {
      await this.#process(inputs);
      return;
    }
    const abort = new AbortController();
    // The committer knocks when there is room; waiting for it here would leave one more promise
    // behind with every turn of a long outage.
    const more = hasRoom ? sequencer.ready() : sequencer.knocked();
    await Promise.race([more, clock.sleep(limits.controlPollMs, abort.signal)]);
    abort.abort();
  }

  /** A changed register becomes an input in front of all that waits of the feed. */
  #followControl(): void {
    const { control, sequencer, clock } = this.#deps;
    const record = control();
    const told = toldOf(record);
    if (told === this.#told) return;
    this.#told = told;
    // A register that can't be read says no time of its own: it is now that this is noticed.
    const atMs = record.atMs === 0 ? clock.nowMs() : record.atMs;
    sequencer.urge({ kind: 'ControlChanged', ...record, atMs });
  }

  async #process(inputs: readonly Input[]): Promise<void> {
    const { clock, journal, fold, figures, committer, snapshotter, onFolded } = this.#deps;
    const arrivedAtMs = clock.monotonicMs();
    const sequenced = await journal.append(inputs);
    const journaledAtMs = clock.monotonicMs();
    const outputs: Output[] = [];
    for (const one of sequenced) for (const fact of fold.apply(one)) outputs.push(fact);
    onFolded();
    figures.noteStep('journal', journaledAtMs - arrivedAtMs);
    figures.noteStep('fold', clock.monotonicMs() - journaledAtMs);
    const trades = inputs.filter((input) => input.kind === 'TradeObserved').length;
    figures.noteInputs(inputs.length, trades, clock.nowMs());
    figures.noteOutputs(outputs, clock.nowMs());
    const { seq: seqLast, digest } = fold;
    const seqFirst = sequenced[0]?.seq ?? seqLast;
    committer.offer({ seqFirst, seqLast, digest, outputs, arrivedAtMs });
    await snapshotter.consider(fold, committer);
  }
}

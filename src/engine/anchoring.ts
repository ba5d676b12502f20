import { wordsOf } from './domain/words-of.js';
import { anchorEvent, type AnchorCause } from './domain/anchor.js';
import type { AnchorStore } from './ports/anchor-store.js';
import type { Clock } from './ports/clock.js';
import type { Ledger } from './ports/ledger.js';

/** Each is one file for ever, and what lies between two can be cut off unseen. */
const ANCHOR_EVERY_MS = 30 * 60_000;
/** An entry of the ledger has some 300 bytes for each. */
const RUNS_MAX = 200;

export interface AnchoringDeps {
  readonly store: AnchorStore;
  readonly ledger: Ledger;
  /** Host and directory of the ledger. */
  readonly place: string;
  readonly clock: Clock;
  readonly onNotice: (text: string) => void;
}

/**
 * Heads of the database's chains into the ledger, and the ledger's head into the database: at the
 * start, at a clean end, and in between whenever chains have moved, bounded in pace. One that fails
 * is told and nothing else: the next one holds everything that it would have held.
 */
export class Anchoring {
  readonly #deps: AnchoringDeps;
  readonly #ending = new AbortController();
  #loop: Promise<void> | null = null;

  constructor(deps: AnchoringDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** After a clean end: what was written until then is anchored. */
  async stop(): Promise<void> {
    this.leave();
    await this.#loop;
    await this.#anchor('stop');
  }

  leave(): void {
    this.#ending.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    await this.#anchor('start');
    for (;;) {
      await this.#deps.clock.sleep(ANCHOR_EVERY_MS, signal);
      if (signal.aborted) return;
      await this.#anchor('running');
    }
  }

  async #anchor(cause: AnchorCause): Promise<void> {
    const { onNotice } = this.#deps;
    try {
      await this.#write(cause);
    } catch (fault) {
      const why = wordsOf(fault);
      onNotice(`the audit chains were not anchored (${cause}): ${why}`);
    }
  }

  async #write(cause: AnchorCause): Promise<void> {
    const { store, ledger, place, clock } = this.#deps;
    const databaseId = await store.databaseId();
    const runs = await store.movedHeads(this.#ledgerId() ?? '', RUNS_MAX);
    if (runs.length === 0 && cause !== 'start') return;
    const { n, hash } = ledger.append(anchorEvent({ databaseId, cause, runs }, clock.nowMs()));
    const ledgerId = this.#ledgerId() ?? hash;
    await store.note({ ledgerId, place, head: { n, hash }, cause });
  }

  /** Null for a ledger without an entry. */
  #ledgerId(): string | null {
    for (const { hash } of this.#deps.ledger.entries()) return hash;
    return null;
  }
}

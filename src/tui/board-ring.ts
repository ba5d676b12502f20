import type { Board } from '../view/board/board.js';
import { boardLine, readWire } from '../view/board/wire.js';

/** Done every second while the screen is open. */
export interface Compression {
  pack(text: string): Uint8Array;
  unpack(bytes: Uint8Array): string;
}

export interface RingLimits {
  readonly keepMs: number;
  /** Of what is kept, packed. The oldest go first. */
  readonly bytesMax: number;
}

export const LIVE_LIMITS: RingLimits = { keepMs: 30 * 60_000, bytesMax: 24 * 1024 * 1024 };
/** A recording of a day at a board per second. */
export const REPLAY_LIMITS: RingLimits = {
  keepMs: Number.POSITIVE_INFINITY,
  bytesMax: 512 * 1024 * 1024,
};

const EVERY_MS = 1_000;

interface Entry {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

/** The boards of the last while, one per second, to go back to. */
export class BoardRing {
  readonly #compression: Compression;
  readonly #limits: RingLimits;
  /** In order of time. */
  readonly #entries: Entry[] = [];
  #bytes = 0;
  #unpacked: { readonly entry: Entry; readonly board: Board } | null = null;

  constructor(compression: Compression, limits: RingLimits = LIVE_LIMITS) {
    this.#compression = compression;
    this.#limits = limits;
  }

  get newestMs(): number | null {
    return this.#entries.at(-1)?.atMs ?? null;
  }

  get oldestMs(): number | null {
    return this.#entries[0]?.atMs ?? null;
  }

  /** From the oldest to the newest. */
  get spanMs(): number {
    return (this.newestMs ?? 0) - (this.oldestMs ?? 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** @returns false: one of the same second is kept already */
  add(board: Board): boolean {
    const { atMs } = board;
    // The clock was set back: what would be later than now makes no sense any more.
    while ((this.newestMs ?? atMs) > atMs) this.#forget(this.#entries.pop());
    if (this.newestMs !== null && atMs < this.newestMs + EVERY_MS) return false;
    const bytes = this.#compression.pack(boardLine(board));
    this.#entries.push({ atMs, bytes });
    this.#bytes += bytes.length;
    while (this.count > 1 && (this.#bytes > this.#limits.bytesMax || this.#isTooOld(atMs))) {
      this.#forget(this.#entries.shift());
    }
    return true;
  }

  /** The one that was shown at that time: the newest that is not later, else the oldest. */
  at(ms: number): Board | null {
    const found = this.#entries.findLastIndex((entry) => entry.atMs <= ms);
    const entry = this.#entries[Math.max(found, 0)];
    return entry === undefined ? null : this.#unpack(entry);
  }

  #isTooOld(nowMs: number): boolean {
    return (this.oldestMs ?? nowMs) < nowMs - this.#limits.keepMs;
  }

  #forget(entry: Entry | undefined): void {
    this.#bytes -= entry?.bytes.length ?? 0;
  }

  #unpack(entry: Entry): Board | null {
    if (this.#unpacked?.entry !== entry) {
      const line = readWire(this.#compression.unpack(entry.bytes));
      this.#unpacked = line.kind === 'board' ? { entry, board: line.board } : null;
    }
    return this.#unpacked?.board ?? null;
  }
}

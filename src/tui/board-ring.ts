import type { Board } from '../view/board/board.js';
import type { Compression } from '../view/board/compression.js';

export interface RingLimits {
  readonly keepMs: number;
  /** Of what is kept, packed. The oldest go first; a single board may be larger. */
  readonly bytesMax: number;
}

export const LIVE_LIMITS: RingLimits = { keepMs: 30 * 60_000, bytesMax: 24 * 1024 * 1024 };
/** A recording of a day at a board per second. */
export const REPLAY_LIMITS: RingLimits = {
  keepMs: Number.POSITIVE_INFINITY,
  bytesMax: 512 * 1024 * 1024,
};

const EVERY_MS = 1_000;
/** So many boards lean on each other: to go back to one, those before it are unpacked too. */
const GROUP_MAX = 30;
/** A group is a part of what may be kept, so that the oldest goes in small pieces. */
const GROUPS_MIN = 20;

/** Boards one after the other: each is packed as what differs from the one before. */
interface Group {
  readonly moments: { readonly atMs: number; readonly bytes: Uint8Array }[];
  bytes: number;
}

/**
 * The boards of the last while, one per second, to go back to. The oldest are forgotten a group at a
 * time.
 */
export class BoardRing {
  readonly #compression: Compression;
  readonly #limits: RingLimits;
  /** In order of time, none of them empty. */
  readonly #groups: Group[] = [];
  /** Of the newest. */
  #texts: readonly string[] = [];
  #bytes = 0;
  #unpacked: { readonly bytes: Uint8Array; readonly board: Board } | null = null;

  constructor(compression: Compression, limits: RingLimits = LIVE_LIMITS) {
    this.#compression = compression;
    this.#limits = limits;
  }

  get newestMs(): number | null {
    return this.#groups.at(-1)?.moments.at(-1)?.atMs ?? null;
  }

  get oldestMs(): number | null {
    return this.#groups[0]?.moments[0]?.atMs ?? null;
  }

  /** From the oldest to the newest. */
  get spanMs(): number {
    return (this.newestMs ?? 0) - (this.oldestMs ?? 0);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#groups.reduce((sum, { moments }) => sum + moments.length, 0);
  }

  /** @returns false: one of the same second is kept already */
  add(board: Board): boolean {
    const { atMs } = board;
    this.#forgetLaterThan(atMs);
    if (this.newestMs !== null && atMs < this.newestMs + EVERY_MS) return false;
    const texts = Object.entries(board).map((part) => JSON.stringify(part));
    const group = this.#openGroup(atMs);
    const bytes = this.#compression.pack(texts, group.moments.length === 0 ? [] : this.#texts);
    group.moments.push({ atMs, bytes });
    group.bytes += bytes.length;
    this.#bytes += bytes.length;
    this.#texts = texts;
    while (this.#groups.length > 1 && this.#isTooMuch(atMs)) {
      this.#bytes -= this.#groups.shift()?.bytes ?? 0;
    }
    return true;
  }

  /** The one that was shown at that time: the newest that is not later, else the oldest. */
  at(ms: number): Board | null {
    const group = this.#groups.findLast(({ moments }) => (moments[0]?.atMs ?? ms) <= ms);
    const found = group ?? this.#groups[0];
    if (found === undefined) return null;
    const index = found.moments.findLastIndex(({ atMs }) => atMs <= ms);
    return this.#unpack(found, Math.max(index, 0));
  }

  /** The newest, or a new one where that is full. */
  #openGroup(atMs: number): Group {
    const newest = this.#groups.at(-1);
    const { keepMs, bytesMax } = this.#limits;
    const isFull =
      newest === undefined ||
      newest.moments.length >= GROUP_MAX ||
      newest.bytes > bytesMax / GROUPS_MIN ||
      atMs - (newest.moments[0]?.atMs ?? atMs) > keepMs / GROUPS_MIN;
    if (!isFull) return newest;
    const group: Group = { moments: [], bytes: 0 };
    this.#groups.push(group);
    return group;
  }

  /** The clock was set back: what would be later than now makes no sense any more. */
  #forgetLaterThan(ms: number): void {
    if ((this.newestMs ?? ms) <= ms) return;
    let group = this.#groups.at(-1);
    while (group !== undefined && (this.newestMs ?? ms) > ms) {
      const gone = group.moments.pop()?.bytes.length ?? 0;
      group.bytes -= gone;
      this.#bytes -= gone;
      if (group.moments.length === 0) this.#groups.pop();
      group = this.#groups.at(-1);
    }
    this.#texts = group === undefined ? [] : this.#textsOf(group, group.moments.length - 1);
  }

  #isTooMuch(nowMs: number): boolean {
    const isTooOld = (this.oldestMs ?? nowMs) < nowMs - this.#limits.keepMs;
    return isTooOld || this.#bytes > this.#limits.bytesMax;
  }

  #unpack(group: Group, index: number): Board | null {
    const bytes = group.moments[index]?.bytes;
    if (bytes === undefined) return null;
    if (this.#unpacked?.bytes !== bytes) {
      const parts = this.#textsOf(group, index).map(
        (text) => JSON.parse(text) as [string, unknown],
      );
      this.#unpacked = { bytes, board: Object.fromEntries(parts) as unknown as Board };
    }
    return this.#unpacked.board;
  }

  #textsOf({ moments }: Group, index: number): readonly string[] {
    return moments
      .slice(0, index + 1)
      .reduce<readonly string[]>((texts, { bytes }) => this.#compression.unpack(bytes, texts), []);
  }
}

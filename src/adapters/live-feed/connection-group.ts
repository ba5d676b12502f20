type Phase = 'connecting' | 'open' | 'live';

export interface Connection {
  readonly id: number;
  readonly group: Group;
  phase: Phase;
  sinceMs: number;
  aliveAtMs: number;
  dataAtMs: number | null;
  pingedAtMs: number;
  askedAtMs: number;
  /** Symbols that a frame of data has come for. */
  readonly proven: Set<string>;
  /** Symbols that the venue refused here, and has not sent since. */
  readonly refused: Set<string>;
}

/** Symbols that share a connection, with what became of the connections so far. */
export interface Group {
  readonly symbols: readonly string[];
  current: Connection | null;
  /** Opened while `current` still works. */
  successor: Connection | null;
  failures: number;
  /** When to try again; null = no attempt is due. */
  retryAtMs: number | null;
  /** When a successor that failed is tried again. */
  successorAtMs: number;
  /** When the next announcement of an end is heeded: one that repeats itself is no reason to hurry. */
  announceAtMs: number;
  /** Since when no connection has brought data, or stayed for long without. */
  downSinceMs: number;
  why: string;
  sinceMs: number;
}

export interface PlannedConnection {
  readonly id: number;
  readonly symbols: readonly string[];
  readonly state: Phase | 'waiting';
  readonly sinceMs: number;
  /** Since when its symbols had no connection that was good for something; while it is not open. */
  readonly downSinceMs: number;
  readonly why: string;
}

/** One group for each connection that the symbols need. */
export function groupsOf(
  symbols: readonly string[],
  size: number,
  nowMs: number,
): readonly Group[] {
  return chunks(symbols, size).map((chunk) => ({
    symbols: chunk,
    current: null,
    successor: null,
    failures: 0,
    retryAtMs: nowMs,
    successorAtMs: 0,
    announceAtMs: 0,
    downSinceMs: nowMs,
    why: 'not connected yet',
    sinceMs: nowMs,
  }));
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}

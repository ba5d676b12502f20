/** What a probe saw, and when: the time is that of the evidence, not of the look at it. */
export interface Observed<T> {
  readonly value: T;
  readonly observedAtMs: number;
}

/** There is nothing to ask: not configured, not made yet, or left out on purpose. */
export interface Absent {
  readonly absent: string;
}

/** Reads one fact from one place of the world outside. Rejects when it can't. */
export interface Probe<T> {
  /** The place, for people: `PostgreSQL db:5432/cdb`, `GET http://127.0.0.1:8002/metrics`. */
  readonly source: string;
  /** @param signal aborted when the time of the probe is over */
  read(signal: AbortSignal): Promise<Observed<T> | Absent>;
}

/** One fact as it was read, or why it was not. "Unknown" is a state of its own and never a value. */
export type Reading<T> =
  | (Observed<T> & { readonly state: 'read'; readonly source: string })
  | { readonly state: 'failed'; readonly why: string; readonly source: string }
  | { readonly state: 'timeout'; readonly afterMs: number; readonly source: string }
  | { readonly state: 'absent'; readonly why: string };

export function isAbsent<T>(seen: Observed<T> | Absent): seen is Absent {
  return 'absent' in seen;
}

/** A probe of what is known to have nothing to ask. */
export function absentProbe<T>(why: string): Probe<T> {
  return { source: 'not examined', read: () => Promise.resolve({ absent: why }) };
}

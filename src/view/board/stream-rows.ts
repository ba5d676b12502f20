import type { StreamGroup } from '../../engine/ports/stack-reader.js';
import type { StreamView } from '../streams-json.js';
import type { StreamRow } from './board.js';
import { boundedRows, boundedText } from './bounded.js';
import { CounterHistory } from './counter-history.js';

/** Consumer groups by stream; null where nobody could be asked, or none can be. */
export type GroupsOfStreams = Readonly<Record<string, readonly StreamGroup[]>> | null;

/** What was seen of every stream over time; a stream that is there no more is forgotten. */
export class StreamHistory {
  readonly #everyMs: number;
  #counters = new Map<string, CounterHistory>();

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** @param views null: they could not be listed, which is a gap */
  note(atMs: number, views: readonly StreamView[] | null, era: string): void {
    if (views === null) {
      for (const counter of this.#counters.values()) counter.note(atMs, null);
      return;
    }
    const next = new Map<string, CounterHistory>();
    for (const { name, entriesAdded, exists } of boundedRows(views)) {
      const counter = this.#counters.get(name) ?? new CounterHistory(this.#everyMs);
      // One that was never written to has had no entry, and its first one counts.
      counter.note(atMs, exists ? entriesAdded : 0, era);
      next.set(name, counter);
    }
    this.#counters = next;
  }

  rows(nowMs: number, views: readonly StreamView[], groups: GroupsOfStreams): readonly StreamRow[] {
    return boundedRows(views).map((view) => {
      const counter = this.#counters.get(view.name);
      const rates = {
        inPerSec: counter?.perSec(nowMs) ?? null,
        trend: counter?.trend(nowMs) ?? [],
      };
      return { ...rowOf(view), ...slowest(groups?.[view.name] ?? []), ...rates };
    });
  }
}

function rowOf(view: StreamView): Omit<StreamRow, 'inPerSec' | 'trend' | keyof Slowest> {
  const { exists, length, lengthMax, lastAtMs, bytes, newestId } = view;
  const isCapped = lengthMax !== null && length >= lengthMax;
  return {
    name: boundedText(view.name),
    exists,
    length,
    lengthMax,
    isCapped,
    lastAtMs,
    bytes,
    newestId,
  };
}

type Slowest = Pick<StreamRow, 'lagEntries' | 'pendingEntries'>;

/** One group whose lag is unknown makes that of the stream unknown: it may be the slowest. */
function slowest(groups: readonly StreamGroup[]): Slowest {
  return {
    lagEntries: most(groups.map(({ lag }) => lag)),
    pendingEntries: most(groups.map(({ pending }) => pending)),
  };
}

function most(counts: readonly (number | null)[]): number | null {
  if (counts.length === 0) return null;
  return counts.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)));
}

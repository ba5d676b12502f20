import { wordsOf } from '../../engine/domain/words-of.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { ObeyingEngine, SharedPlace } from '../../engine/ports/shared-places.js';

/** What came of a change in one of the places that several hosts reach. */
export interface SharedChange {
  readonly place: string;
  readonly record: ControlRecord | null;
  /** Why nothing was written; empty when it was. */
  readonly failure: string;
  /** Engines that listen there. */
  readonly engines: readonly ObeyingEngine[];
}

/** The promise for a stop, and therefore the longest that a command waits for anybody's word. */
export const ACK_MS_MAX = 1_000;

/** Never throws: a place that can't be written is said, and the others are written all the same. */
export async function changeShared(
  place: SharedPlace,
  next: Parameters<SharedPlace['change']>[0],
): Promise<SharedChange> {
  try {
    const record = await place.change(next);
    const engines = (await place.obeyed?.(record.epoch, ACK_MS_MAX).catch(() => [])) ?? [];
    return { place: place.name, record, failure: '', engines };
  } catch (fault) {
    return { place: place.name, record: null, failure: wordsOf(fault), engines: [] };
  }
}

import { STOP_PROMISE_MS } from '../../engine/control/stop-outcome.js';
import { wordsOf } from '../../engine/domain/words-of.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { ControlRecord } from '../../engine/domain/control.js';
import type { ObeyingEngine, SharedPlace } from '../../engine/ports/shared-places.js';

/** What came of a change in one of the places that several hosts reach. */
export interface SharedChange {
  readonly place: string;
  readonly record: ControlRecord | null;
  /** Why nothing was written; empty when it was. */
  readonly failure: string;
  /** From the call to the write or its failure. */
  readonly ms: number;
  /** Engines that listen there. */
  readonly engines: readonly ObeyingEngine[];
  /** Why nobody knows which engines listen there; empty when it is known, or never is. */
  readonly unheard: string;
}

/**
 * Never throws: a place that can't be written is said, and the others are written all the same. The
 * write and the word of the engines have one deadline together.
 */
export async function changeShared(
  place: SharedPlace,
  next: Parameters<SharedPlace['change']>[0],
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<SharedChange> {
  const startedAtMs = clock.monotonicMs();
  const passedMs = () => Math.round(clock.monotonicMs() - startedAtMs);
  try {
    const record = await place.change(next);
    const ms = passedMs();
    const written = { place: place.name, record, failure: '', ms, engines: [], unheard: '' };
    try {
      const engines = (await place.obeyed?.(record.epoch, Math.max(0, STOP_PROMISE_MS - ms))) ?? [];
      return { ...written, engines };
    } catch (fault) {
      return { ...written, unheard: wordsOf(fault) };
    }
  } catch (fault) {
    return notChanged(place.name, fault, passedMs());
  }
}

export function notChanged(place: string, fault: unknown, ms = 0): SharedChange {
  return { place, record: null, failure: wordsOf(fault), ms, engines: [], unheard: '' };
}

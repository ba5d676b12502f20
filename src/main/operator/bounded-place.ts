import type { Clock } from '../../engine/ports/clock.js';
import type { SharedPlace } from '../../engine/ports/shared-places.js';
import { DependencyError } from '../../operator-error.js';

/** An end that nobody hears is no reason to wait. */
const CLOSE_MS_MAX = 100;
/** Whoever has waited for the word of engines may have asked just before. */
const LAST_ANSWER_MS_MAX = 100;

/**
 * The same place with one deadline for each call, however many steps it takes there. Past it no change is
 * begun any more: what was reported as not written is written at most by the step that was on its way.
 */
export function boundedPlace(place: SharedPlace, msMax: number, clock: Clock): SharedPlace {
  const { name, obeyed, forget } = place;
  const within = async <T>(
    work: (stillInTime: () => void) => Promise<T>,
    ms: number = msMax,
  ): Promise<T> => {
    const ended = new AbortController();
    const late = () =>
      new DependencyError(`Cannot use ${name}: no end of it within ${Math.round(ms)} ms`, {
        dependency: name,
        retryable: false,
      });
    let isLate = false;
    const deadline = clock.sleep(ms, ended.signal).then(() => {
      if (ended.signal.aborted) return;
      isLate = true;
      throw late();
    });
    const working = work(() => {
      if (isLate) throw late();
    });
    try {
      return (await Promise.race([working, deadline])) as T;
    } finally {
      ended.abort();
      // Nobody waits for it any more.
      working.catch(() => undefined);
    }
  };
  return {
    name,
    read: () => within(() => place.read()),
    change: (next) =>
      within((stillInTime) =>
        place.change((current, epochMin) => {
          stillInTime();
          return next(current, epochMin);
        }),
      ),
    ...(obeyed && {
      obeyed: (epoch: number, waitMs: number) =>
        within(() => obeyed(epoch, waitMs), waitMs + LAST_ANSWER_MS_MAX),
    }),
    ...(forget && {
      forget: (...words: Parameters<typeof forget>) => within(() => forget(...words)),
    }),
    close: () => within(() => place.close(), CLOSE_MS_MAX).catch(() => undefined),
  };
}

import type { Board } from './board.js';
import type { BoardSource } from './board-source.js';
import type { Section } from './section.js';

/** What is not there after this is not waited for: some of it was never made. */
const WAIT_MS = 3_000;

/** Resolves once each of the sections was read or can't be, after a while, or when the signal aborts. */
export function whenRead(
  source: BoardSource,
  sectionsOf: (board: Board) => readonly Section<unknown>[],
  stop?: AbortSignal,
): Promise<void> {
  const late = AbortSignal.timeout(WAIT_MS);
  const signal = stop === undefined ? late : AbortSignal.any([stop, late]);
  return new Promise((resolve) => {
    const look = () => {
      const isRead = sectionsOf(source.board()).every(
        ({ asOfMs, down }) => asOfMs !== null || down !== null,
      );
      if (!isRead && !signal.aborted) return;
      forget();
      signal.removeEventListener('abort', look);
      resolve();
    };
    const forget = source.onChange(look);
    signal.addEventListener('abort', look, { once: true });
    look();
  });
}

import type { Board } from './board.js';
import type { BoardSource } from './board-source.js';
import type { Section } from './section.js';

/** Resolves once each of the sections was read or can't be, or when the signal aborts. */
export function whenRead(
  source: BoardSource,
  sectionsOf: (board: Board) => readonly Section<unknown>[],
  signal: AbortSignal,
): Promise<void> {
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

import type { Board } from './board.js';

/**
 * Reads everything a board shows, each part at its own pace; what can't be read keeps its last value
 * and its age, and is tried again with growing pauses.
 */
export interface BoardSource {
  /** The newest, put together from what is in memory: cheap, never waits, never throws. */
  board(): Board;
  /** @returns the function that ends the calls */
  onChange(listener: () => void): () => void;
  /** Reads every part now, whatever its pace and its pause. */
  refresh(): void;
  close(): Promise<void>;
}

import type { Board } from '../../view/board/board.js';
import type { BoardSource } from '../../view/board/board-source.js';

/** Stands for a source until that one is open: a screen need not wait for it to be drawn. */
export class LaterBoards implements BoardSource {
  readonly #unread: Board;
  readonly #listeners = new Set<() => void>();
  #source: BoardSource | null = null;
  #isClosed = false;

  constructor(unread: Board) {
    this.#unread = unread;
  }

  /** From now on its boards are shown, and it is closed with this. */
  async become(source: BoardSource): Promise<void> {
    if (this.#isClosed) {
      await source.close();
      return;
    }
    this.#source = source;
    source.onChange(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  board(): Board {
    return this.#source?.board() ?? this.#unread;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is not open yet is read when it is. */
  refresh(): void {
    this.#source?.refresh();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#source?.close();
  }
}

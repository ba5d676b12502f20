import type { BoardRecorder } from '../../adapters/files/board-recorder.js';
import type { BoardRing } from '../../tui/board-ring.js';
import type { Board } from '../../view/board/board.js';
import type { BoardSource } from '../../view/board/board-source.js';

/** The moments that the screen can go back to. */
export class BoardPast {
  readonly #ring: BoardRing;
  readonly #recorder: BoardRecorder | null;

  constructor(ring: BoardRing, recorder: BoardRecorder | null = null) {
    this.#ring = ring;
    this.#recorder = recorder;
  }

  note(board: Board): void {
    if (this.#ring.add(board)) this.#recorder?.add(board);
  }

  at(ms: number): Board | null {
    return this.#ring.at(ms);
  }

  span(): { readonly oldestMs: number; readonly newestMs: number } | null {
    const { oldestMs, newestMs } = this.#ring;
    return oldestMs === null || newestMs === null ? null : { oldestMs, newestMs };
  }

  get spanMs(): number {
    return this.#ring.spanMs;
  }

  get isRecording(): boolean {
    return this.#recorder?.isRecording === true;
  }

  close(): void {
    this.#recorder?.close();
  }
}

/** A recording that goes on as it was: one second of it in one second. */
export class RecordedBoards implements BoardSource {
  readonly #ring: BoardRing;
  readonly #monotonicMs: () => number;
  /** The moment of the recording that was shown at a moment of the clock. */
  #from: { readonly atMs: number; readonly clockMs: number };

  constructor(ring: BoardRing, monotonicMs: () => number) {
    this.#ring = ring;
    this.#monotonicMs = monotonicMs;
    this.#from = { atMs: ring.oldestMs ?? 0, clockMs: monotonicMs() };
  }

  board(): Board {
    const { atMs, clockMs } = this.#from;
    const shownMs = atMs + this.#monotonicMs() - clockMs;
    const board = this.#ring.at(shownMs);
    if (board === null) throw new Error('a recording without a board is refused when it is opened');
    return board;
  }

  /** Goes on from there. */
  playFrom(atMs: number): void {
    this.#from = { atMs, clockMs: this.#monotonicMs() };
  }

  /** Nothing comes by itself: whoever draws looks often enough. */
  onChange(): () => void {
    return () => undefined;
  }

  refresh(): void {
    // What is recorded does not change.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

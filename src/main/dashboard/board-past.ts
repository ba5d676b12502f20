import type { BoardRecorder } from '../../adapters/files/board-recorder.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import type { BoardRing } from '../../tui/board-ring.js';
import type { Board } from '../../view/board/board.js';
import { keptBoard } from '../../view/board/kept-board.js';
import type { BoardSource } from '../../view/board/board-source.js';

/** The moments that the screen can go back to. */
export class BoardPast {
  /** Why nothing more is recorded; empty while it is, or was never asked for. */
  recordingFault = '';
  readonly #ring: BoardRing;
  readonly #recorder: BoardRecorder | null;
  /** Between two seconds, where the screen was held. */
  #held: Board | null = null;

  /** @param openRecorder makes the recorder, with what it calls when it can't go on */
  constructor(
    ring: BoardRing,
    openRecorder: ((onEnd: (why: string) => void) => BoardRecorder) | null = null,
  ) {
    this.#ring = ring;
    const onEnd = (why: string) => {
      this.recordingFault = why;
    };
    this.#recorder = openRecorder === null ? null : openRecorder(onEnd);
  }

  note(board: Board): void {
    const kept = keptBoard(board);
    if (this.#ring.add(kept)) this.#recorder?.add(kept);
  }

  /** Can be gone back to by its exact time, until another one is held. */
  hold(board: Board): void {
    this.#held = board;
  }

  at(ms: number): Board | null {
    return this.#held?.atMs === ms ? this.#held : this.#ring.at(ms);
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
  readonly past: BoardPast;
  readonly #ring: BoardRing;
  readonly #monotonicMs: () => number;
  /** The moment of the recording that was shown at a moment of the clock. */
  #from: { readonly atMs: number; readonly clockMs: number };

  constructor(ring: BoardRing, monotonicMs: () => number) {
    this.#ring = ring;
    this.past = new BoardPast(ring);
    this.#monotonicMs = monotonicMs;
    this.#from = { atMs: ring.oldestMs ?? 0, clockMs: monotonicMs() };
  }

  board(): Board {
    const { atMs, clockMs } = this.#from;
    const shownMs = atMs + this.#monotonicMs() - clockMs;
    const board = this.#ring.at(shownMs);
    assertInvariant(board !== null, 'a recording without a board is refused when it is opened');
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

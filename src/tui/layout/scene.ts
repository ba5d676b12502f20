import type { Board } from '../../view/board/board.js';
import type { CellContext } from '../../view/board/table.js';
import type { ScreenSize } from '../line.js';
import type { SelfFacts, UiState } from '../ui-state.js';

/** When and where a board is drawn. */
export interface ScreenFrame {
  readonly size: ScreenSize;
  readonly nowMs: number;
  readonly self: SelfFacts;
}

/** All that a part of the screen is drawn from. */
export interface Scene {
  readonly board: Board;
  readonly ui: UiState;
  readonly frame: ScreenFrame;
  /** The moment that is shown: ages count from it. */
  readonly shownMs: number;
  readonly context: CellContext;
}

export function sceneOf(board: Board, ui: UiState, frame: ScreenFrame): Scene {
  const live = ui.isReplay ? board.atMs : frame.nowMs;
  const shownMs = ui.playback?.atMs ?? live;
  return { board, ui, frame, shownMs, context: { nowMs: shownMs, times: ui.times } };
}

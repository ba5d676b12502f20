import { drawScreen } from '../../src/tui/layout/draw-screen.js';
import type { ScreenFrame } from '../../src/tui/layout/scene.js';
import type { Line } from '../../src/tui/line.js';
import type { SelfFacts, UiState } from '../../src/tui/ui-state.js';
import type { Board } from '../../src/view/board/board.js';
import { BOARD_NOW_MS, fakeSelf } from './fake-board.js';

/** `120x40` at the time of the fake boards. */
export function fakeFrame(size: string, self: Partial<SelfFacts> = {}): ScreenFrame {
  const [columns = 0, rows = 0] = size.split('x').map(Number);
  return { size: { columns, rows }, nowMs: BOARD_NOW_MS, self: fakeSelf(self) };
}

export function lineText(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** What stands on the screen, without looks and without blanks at the end of a row. */
export function screenOf(board: Board, ui: UiState, size: string): string {
  const lines = drawScreen(board, ui, fakeFrame(size));
  return lines.map((line) => `${lineText(line).trimEnd()}\n`).join('');
}

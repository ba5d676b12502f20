import type { ScreenFrame } from '../../tui/layout/scene.js';
import { drawScreen } from '../../tui/layout/draw-screen.js';
import { renderLine } from '../../tui/terminal/render-line.js';
import { THEME_OF, type Theme } from '../../tui/theme.js';
import type { Style } from '../../tui/line.js';
import type { UiState } from '../../tui/ui-state.js';
import type { Board } from '../../view/board/board.js';

/** A theme of nothing: the same rows as text. */
const COLOURLESS = Object.fromEntries(
  Object.keys(THEME_OF.default).map((style) => [style as Style, '']),
) as Theme;

/** The rows of the screen without colours, cleaned as a terminal gets them. */
export function screenRows(board: Board, ui: UiState, frame: ScreenFrame): readonly string[] {
  const look = { columns: frame.size.columns, theme: COLOURLESS, isAscii: ui.isAscii };
  return drawScreen(board, ui, frame).map((line) => renderLine(line, look).text.trimEnd());
}

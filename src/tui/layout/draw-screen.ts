import type { Board } from '../../view/board/board.js';
import type { Line } from '../line.js';
import { asciiText } from '../text/ascii-text.js';
import type { UiState } from '../ui-state.js';
import { homeScreen } from './home-screen.js';
import { SCREEN_COLUMNS_MIN, SCREEN_ROWS_MIN, oneLineScreen } from './one-line-screen.js';
import { oneListScreen } from './one-list-screen.js';
import { drawOverlay } from './overlays/draw-overlay.js';
import { sceneOf, type Scene, type ScreenFrame } from './scene.js';
import { fitLine } from './spans.js';
import { viewScreen } from './view-screen.js';
import { vitalScreen } from './vital-screen.js';

/** From here on Home shows all panels at once; below, one list at a time. */
const PANELS_COLUMNS = 120;
const LIST_COLUMNS = 80;
const LIST_ROWS = 24;

/**
 * The whole screen: never more lines than rows, none wider than the columns. Draws from nothing but
 * what it is given, so it has no way to fail or to wait.
 */
export function drawScreen(board: Board, ui: UiState, frame: ScreenFrame): readonly Line[] {
  const { columns, rows } = frame.size;
  if (columns < 1 || rows < 1) return [];
  const scene = sceneOf(board, ui, frame);
  const lines = drawOverlay(scene, layoutFor(scene)(scene))
    .slice(0, rows)
    .map((line) => fitLine(line, columns));
  return ui.isAscii ? lines.map(asciiLine) : lines;
}

function layoutFor({ ui, frame }: Scene): (scene: Scene) => readonly Line[] {
  const { columns, rows } = frame.size;
  if (columns < SCREEN_COLUMNS_MIN || rows < SCREEN_ROWS_MIN) return oneLineScreen;
  if (ui.view !== 'home') return viewScreen;
  if (rows < LIST_ROWS || columns < LIST_COLUMNS) return vitalScreen;
  return columns >= PANELS_COLUMNS ? homeScreen : oneListScreen;
}

function asciiLine(line: Line): Line {
  return line.map(({ text, style }) => ({ text: asciiText(text), style }));
}

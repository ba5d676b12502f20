import type { Line, Style } from '../../line.js';
import { drawBox, insideOf, type Box } from '../panel-box.js';
import type { Scene } from '../scene.js';
import { beside, fitBlock, fitLine, restyle, say, sliceLine } from '../spans.js';

export interface OverlayLook {
  readonly title: string;
  /** Drawn for a given number of cells and rows; what is too much is cut at the end. */
  readonly body: (inside: Box) => readonly Line[];
  readonly columnsMax: number;
  /** All that is said where a box would leave out what matters. */
  readonly small: string;
  readonly style?: Style;
}

/** Cells on each side that the view below keeps, where there are that many. */
const MARGIN = 2;
const BOX_ROWS_MIN = 5;
const BOX_COLUMNS_MIN = 30;

/** A box in the middle of the view, as high as what is in it; all of a screen that is too small. */
export function overBox(
  { frame }: Scene,
  below: readonly Line[],
  { title, body, columnsMax, small, style = 'title' }: OverlayLook,
): readonly Line[] {
  const { columns, rows } = frame.size;
  if (rows < BOX_ROWS_MIN || columns < BOX_COLUMNS_MIN) {
    return [fitLine([say(small, style)], columns), ...below.slice(1)];
  }
  const width = Math.min(columnsMax, columns > 50 ? columns - 2 * MARGIN : columns);
  const inside = insideOf({ columns: width, rows });
  const lines = body(inside);
  const height = Math.min(rows, lines.length + rows - inside.rows);
  const box = drawBox(
    { columns: width, rows: height },
    { title: say(title, style), isFocused: true },
    lines,
  );
  const shown = style === 'alarm' ? box.map((line) => restyle(line, 'alarm')) : box;
  return over(fitBlock(below, columns, rows), shown, {
    left: Math.floor((columns - width) / 2),
    top: Math.floor((rows - height) / 2),
    width,
  });
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

function over(
  below: readonly Line[],
  box: readonly Line[],
  { left, top, width }: Place,
): readonly Line[] {
  return below.map((line, at) => {
    const part = box[at - top];
    if (part === undefined) return line;
    const before = fitLine(sliceLine(line, 0, left), left);
    const after = sliceLine(line, left + width, Number.MAX_SAFE_INTEGER);
    return beside([before], [part], [after])[0] ?? [];
  });
}

/** The part of a long text that is to be seen, and how much there is besides. */
export function scrolled(lines: readonly Line[], top: number, rows: number): readonly Line[] {
  if (lines.length <= rows) return lines;
  const room = Math.max(1, rows - 1);
  const first = Math.max(0, Math.min(top, lines.length - room));
  const last = Math.min(lines.length, first + room);
  const more = say(` ${first + 1}-${last} of ${lines.length}  ↑↓ PgUp PgDn  Esc: back`, 'dim');
  return [...lines.slice(first, last), [more]];
}

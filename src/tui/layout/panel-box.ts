import type { Line, Span } from '../line.js';
import { cut } from '../text/fit.js';
import { textCells } from '../text/screen-text.js';
import { fitBlock, fitLine, say } from './spans.js';

export interface Box {
  readonly columns: number;
  readonly rows: number;
}

export interface BoxTitle {
  readonly title: Span;
  /** At the right of the title. */
  readonly label?: Span;
  readonly isFocused?: boolean;
}

/** Cells and rows inside of a box of that size. */
export function insideOf({ columns, rows }: Box): Box {
  const isOpen = columns < FRAMED_COLUMNS_MIN;
  return {
    columns: Math.max(0, isOpen ? columns : columns - 2),
    rows: Math.max(0, isOpen ? rows - 1 : rows - 2),
  };
}

/** Narrower ones have a title line and no frame: every cell is needed for what is inside. */
const FRAMED_COLUMNS_MIN = 24;

/** Exactly so many rows and cells, whatever is inside. */
export function drawBox(box: Box, title: BoxTitle, body: readonly Line[]): readonly Line[] {
  const { columns, rows } = box;
  if (rows < 1 || columns < 1) return [];
  const inside = insideOf(box);
  const lines = fitBlock(body, inside.columns, inside.rows);
  if (columns < FRAMED_COLUMNS_MIN) return [titleLine(title, columns, ['─', '─']), ...lines];
  const edge = say('│', title.isFocused === true ? 'key' : 'dim');
  const bottom = say(`└${'─'.repeat(columns - 2)}┘`, edge.style);
  const framed = lines.map((line) => [edge, ...line, edge]);
  return [titleLine(title, columns, ['┌', '┐']), ...framed, [bottom]].slice(0, rows);
}

function titleLine(
  { title, label = say(''), isFocused = false }: BoxTitle,
  columns: number,
  [left, right]: readonly [string, string],
): Line {
  const frame = isFocused ? 'key' : 'dim';
  const labelText = label.text === '' ? '' : ` ${label.text} `;
  const labelCells = textCells(labelText);
  const room = columns - 4 - labelCells;
  if (room < 1) return fitLine([say(left, frame), say(title.text, title.style)], columns);
  const text = cut(title.text, room);
  const dashes = '─'.repeat(Math.max(0, room - textCells(text)));
  return fitLine(
    [
      say(`${left} `, frame),
      say(text, title.style),
      say(` ${dashes}`, frame),
      say(labelText, label.style),
      say(right, frame),
    ],
    columns,
  );
}

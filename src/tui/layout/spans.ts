import type { Line, Span, Style } from '../line.js';
import { cut, head } from '../text/fit.js';
import { graphemes, screenText } from '../text/screen-text.js';

export function say(text: string, style: Style = 'plain'): Span {
  return { text, style };
}

export function lineCells(line: Line): number {
  return line.reduce((sum, { text }) => sum + screenText(text).cells, 0);
}

/** Exactly so many cells: cut with a mark where something is missing, filled with blanks else. */
export function fitLine(line: Line, columns: number): Line {
  const fitted: Span[] = [];
  let room = columns;
  for (const { text, style } of line) {
    const shown = screenText(text);
    if (shown.cells > room) {
      const part = cut(text, room);
      if (part !== '') fitted.push({ text: part, style });
      room -= screenText(part).cells;
      break;
    }
    if (shown.text !== '') fitted.push({ text: shown.text, style });
    room -= shown.cells;
  }
  if (room > 0) fitted.push({ text: ' '.repeat(room), style: 'plain' });
  return fitted;
}

export function restyle(line: Line, style: Style): Line {
  return line.map(({ text }) => ({ text, style }));
}

/** The cells `from` to `to`; half of a wide character becomes a blank. */
export function sliceLine(line: Line, from: number, to: number): Line {
  const sliced: Span[] = [];
  let at = 0;
  for (const { text, style } of line) {
    const shown = screenText(text);
    const start = Math.max(0, from - at);
    const end = Math.min(shown.cells, to - at);
    if (start < end) {
      const part = shown.isSure ? shown.text.slice(start, end) : sliceWide(shown.text, start, end);
      sliced.push({ text: part, style });
    }
    at += shown.cells;
  }
  return sliced;
}

function sliceWide(text: string, start: number, end: number): string {
  let slice = '';
  let at = 0;
  for (const { text: one, cells } of graphemes(text)) {
    const isWhole = at >= start && at + cells <= end;
    const shared = Math.min(end, at + cells) - Math.max(start, at);
    if (shared > 0) slice += isWhole ? one : ' '.repeat(shared);
    at += cells;
  }
  return head(screenText(slice), end - start);
}

/** Blocks of lines side by side; every line of a block has the same number of cells. */
export function beside(...blocks: readonly (readonly Line[])[]): readonly Line[] {
  const rows = Math.max(...blocks.map(({ length }) => length));
  return Array.from({ length: rows }, (_, at) => blocks.flatMap((block) => block[at] ?? []));
}

/** Exactly so many lines of so many cells. */
export function fitBlock(lines: readonly Line[], columns: number, rows: number): readonly Line[] {
  return Array.from({ length: Math.max(0, rows) }, (_, at) => fitLine(lines[at] ?? [], columns));
}

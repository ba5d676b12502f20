import type { TerminalSize } from '../command-io.js';

const ESC = '\u001b[';
/** Cursor and wrap: a wide character may make a line longer than it looks. */
const SHOW = `${ESC}?7h${ESC}?25h`;
const HIDE = `${ESC}?25l${ESC}?7l`;

/**
 * One write that puts `text` where the frame before stood. Lines are overwritten, never erased
 * first, so nothing flickers; cursor and line wrap are as they were before and after, so the
 * terminal is whole whenever the process ends. A frame is a row lower than the terminal, so going
 * back to its top never reaches what has scrolled away. A resize may wrap the old frame; then its
 * first lines stay above.
 * @param linesBefore of the frame that is to be replaced; 0 for none
 */
export function redraw(
  text: string,
  { columns, rows }: TerminalSize,
  linesBefore: number,
): { readonly bytes: string; readonly lines: number } {
  const lines = fitting(text.replace(/\n$/, '').split('\n'), Math.max(1, rows - 1));
  // Behind a full row the cursor stands on its last character, and clearing would take that away.
  const drawn = lines.map((line) => `${cut(line, columns - 1)}${ESC}K\n`).join('');
  const up = linesBefore === 0 ? '' : `${ESC}${linesBefore}A`;
  return { bytes: `${HIDE}${up}\r${drawn}${ESC}J${SHOW}`, lines: lines.length };
}

/** Clears what a terminal has echoed (^C) behind the last frame. */
export const END_OF_REDRAW = `\r${ESC}K${SHOW}`;

function fitting(lines: readonly string[], linesMax: number): readonly string[] {
  if (lines.length <= linesMax) return lines;
  const hidden = lines.length - linesMax + 1;
  return [...lines.slice(0, linesMax - 1), `... ${hidden} more lines: the terminal is too low`];
}

function cut(line: string, columns: number): string {
  const characters = Array.from(line);
  return characters.length <= columns ? line : characters.slice(0, columns).join('');
}

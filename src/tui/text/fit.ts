import { graphemes, screenText, textCells, type ScreenText } from './screen-text.js';

/** What is missing; `~` on a screen that knows ASCII only. */
export const CUT_MARK = '…';

/** At most so many cells, with a mark at the end where something is missing. Never half a character. */
export function cut(text: string, cells: number): string {
  const shown = screenText(text);
  if (shown.cells <= cells) return shown.text;
  return cells < 1 ? '' : head(shown, cells - 1) + CUT_MARK;
}

/** As `cut`, and exactly so many cells. */
export function pad(text: string, cells: number, align: 'left' | 'right' = 'left'): string {
  const shown = cut(text, cells);
  const blank = ' '.repeat(Math.max(0, cells - screenText(shown).cells));
  return align === 'left' ? shown + blank : blank + shown;
}

/** As much from the front as has room, without a mark. */
export function head(shown: ScreenText, cells: number): string {
  if (shown.cells <= cells) return shown.text;
  if (shown.isSure) return shown.text.slice(0, cells);
  let taken = '';
  let room = cells;
  for (const { text, cells: width } of graphemes(shown.text)) {
    room -= width;
    if (room < 0) break;
    taken += text;
  }
  return taken;
}

/** Rows of at most so many cells, broken between words where there are any. At least one row. */
export function wrap(text: string, cells: number): readonly string[] {
  const width = Math.max(1, cells);
  const rows: string[] = [];
  let row = '';
  for (const raw of text.split(/(?<= )(?![ \p{M}\u200d])/u)) {
    const word = screenText(raw).text;
    if (textCells((row + word).trimEnd()) <= width) {
      row += word;
      continue;
    }
    if (row !== '') rows.push(row.trimEnd());
    row = word;
    while (textCells(row.trimEnd()) > width) {
      const part = head(screenText(row), width);
      rows.push(part === '' ? CUT_MARK : part);
      row = row.slice(part === '' ? firstLength(row) : part.length);
    }
  }
  return [...rows, row.trimEnd()];
}

function firstLength(text: string): number {
  for (const { text: first } of graphemes(text)) return first.length;
  return 0;
}

import type { Line, Span } from '../line.js';
import { asciiText } from '../text/ascii-text.js';
import { CUT_MARK, head } from '../text/fit.js';
import { graphemes, screenText, type ScreenText } from '../text/screen-text.js';
import type { Theme } from '../theme.js';

/** One row as the terminal takes it. Starts at column 1 with plain text, and leaves it plain. */
export interface RenderedRow {
  readonly text: string;
  /** Never more than the columns of the terminal. */
  readonly cells: number;
}

export interface RowLook {
  readonly columns: number;
  readonly theme: Theme;
  readonly isAscii: boolean;
}

/** The last door before the terminal: no text leaves it with a control of its own. */
export function renderLine(line: Line, { columns, theme, isAscii }: RowLook): RenderedRow {
  const texts = line.map(({ text }) => screenText(isAscii ? asciiText(text) : text));
  const wanted = texts.reduce((sum, { cells }) => sum + cells, 0);
  const isCut = wanted > columns;
  if (columns < 1) return { text: '', cells: 0 };
  let room = isCut ? columns - 1 : columns;
  const row = new RowText(theme);
  for (const [index, whole] of texts.entries()) {
    const style = line[index]?.style ?? 'plain';
    const isLast = whole.cells > room;
    const shown = isLast ? screenText(head(whole, room)) : whole;
    row.add(shown, style);
    room -= shown.cells;
    if (isLast || (isCut && room === 0)) {
      row.add(screenText(isAscii ? '~' : CUT_MARK), style);
      break;
    }
  }
  return row.end();
}

class RowText {
  readonly #theme: Theme;
  #text = '';
  #cells = 0;
  #look = '';

  constructor(theme: Theme) {
    this.#theme = theme;
  }

  add(shown: ScreenText, style: Span['style']): void {
    if (shown.text === '') return;
    this.#wear(this.#theme[style]);
    if (shown.isSure) this.#put(shown);
    else this.#putApart(shown.text);
  }

  end(): RenderedRow {
    this.#wear('');
    return { text: this.#text, cells: this.#cells };
  }

  #wear(look: string): void {
    if (look === this.#look) return;
    const isPlain = this.#look === '';
    this.#text += look === '' ? '\u001b[0m' : `\u001b[${isPlain ? '' : '0;'}${look}m`;
    this.#look = look;
  }

  #put({ text, cells }: ScreenText): void {
    this.#text += text;
    this.#cells += cells;
  }

  /**
   * Terminals disagree about the width of emoji, marks and rare scripts. So each is given its cells
   * by blanks, drawn over them, and the cursor put where we count it: nothing behind it can shift.
   */
  #putApart(text: string): void {
    for (const one of graphemes(text)) {
      if (one.isSure) {
        this.#put(one);
        continue;
      }
      this.#text += `${' '.repeat(one.cells)}${this.#at(this.#cells)}`;
      this.#put(one);
      this.#text += this.#at(this.#cells);
    }
  }

  #at(cell: number): string {
    return `\u001b[${cell + 1}G`;
  }
}

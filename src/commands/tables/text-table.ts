import { plainCell } from '../../view/plain-text.js';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Longer cells are cut; the JSON form always has the whole text. */
  readonly widthMax?: number;
}

const WIDTH_MAX = 80;
const GAP = '  ';

/** Every cell passes the sanitiser; the last column is not padded. Lines end with "\n". */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  return new GrowingTable(columns).lines(rows);
}

/** A table that is printed in parts: later rows stand under the titles of the first. */
export class GrowingTable {
  readonly #columns: readonly Column[];
  #widths: readonly number[];
  #isTitled: boolean;

  /** @param hasTitles false for lines that need none */
  constructor(columns: readonly Column[], hasTitles = true) {
    this.#columns = columns;
    this.#widths = columns.map(() => 0);
    this.#isTitled = !hasTitles;
  }

  /** The titles come with the first call. Columns grow with what comes, and never shrink. */
  lines(rows: readonly (readonly string[])[]): string {
    const titles = this.#isTitled ? [] : [this.#columns.map(({ title }) => title)];
    this.#isTitled = true;
    const lines = [...titles, ...rows].map((cells) =>
      this.#columns.map(({ widthMax = WIDTH_MAX }, at) => plainCell(cells[at] ?? '', widthMax)),
    );
    this.#widths = this.#widths.map((width, at) =>
      lines.reduce((most, cells) => Math.max(most, Array.from(cells[at] ?? '').length), width),
    );
    return lines.map((cells) => this.#aligned(cells)).join('');
  }

  #aligned(cells: readonly string[]): string {
    const padded = cells.map((cell, at) =>
      pad(cell, this.#widths[at] ?? 0, this.#columns[at]?.align ?? 'left'),
    );
    return `${padded.join(GAP).trimEnd()}\n`;
  }
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - Array.from(text).length));
  return align === 'left' ? text + blanks : blanks + text;
}

import { plainCell } from './plain-text.js';

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
  const lines = [columns.map(({ title }) => title), ...rows].map((cells) =>
    columns.map(({ widthMax = WIDTH_MAX }, index) => plainCell(cells[index] ?? '', widthMax)),
  );
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((cells) => Array.from(cells[index] ?? '').length)),
  );
  const aligned = lines.map((cells) =>
    cells
      .map((cell, index) => pad(cell, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join(GAP)
      .trimEnd(),
  );
  return aligned.map((line) => `${line}\n`).join('');
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - Array.from(text).length));
  return align === 'left' ? text + blanks : blanks + text;
}

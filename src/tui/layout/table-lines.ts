import type { BoardTable, CellContext, CellTone } from '../../view/board/table.js';
import { windowTop } from '../../view/board/tables/selection.js';
import type { Line, Span, Style } from '../line.js';
import { pad } from '../text/fit.js';
import { sparkline } from '../../view/board/sparkline.js';
import { say } from './spans.js';
import { placeColumns, type PlacedColumn } from './table-columns.js';

export interface TableLook<Row> {
  readonly table: BoardTable<Row>;
  readonly rows: readonly Row[];
  readonly columns: number;
  /** Of the rows alone. */
  readonly room: number;
  readonly hasHeader: boolean;
  /** -1: none. */
  readonly selected: number;
  readonly isFocused: boolean;
  readonly isDim: boolean;
  readonly sort: { readonly column: string; readonly isDescending: boolean } | null;
  readonly context: CellContext;
}

/** In front of every row: a selection that is seen without colours, too. */
const MARKER = '▶';

export function tableLines<Row>(look: TableLook<Row>): readonly Line[] {
  const { table, rows, columns, room, selected, hasHeader } = look;
  const { placed, gap } = placeColumns(table, columns - 1);
  const blank = ' '.repeat(gap);
  const top = windowTop(selected, rows.length, room);
  const lines = rows
    .slice(top, top + Math.max(0, room))
    .map((row, at) => rowLine(look, { row, placed, blank, isSelected: top + at === selected }));
  return hasHeader ? [headerLine(look, placed, blank), ...lines] : lines;
}

function headerLine<Row>(
  { sort }: TableLook<Row>,
  placed: readonly PlacedColumn<Row>[],
  blank: string,
): Line {
  const titles = placed.map(({ column, cells }) => {
    const arrow = column.name !== sort?.column ? '' : sort.isDescending ? '↓' : '↑';
    return pad(arrow + column.title, cells, column.align);
  });
  return [say(` ${titles.join(blank)}`, 'title')];
}

interface RowPlace<Row> {
  readonly row: Row;
  readonly placed: readonly PlacedColumn<Row>[];
  readonly blank: string;
  readonly isSelected: boolean;
}

function rowLine<Row>(look: TableLook<Row>, place: RowPlace<Row>): Line {
  const { table, isFocused, isDim, context } = look;
  const { row, placed, blank, isSelected } = place;
  const isMarked = isSelected && isFocused;
  const own = table.tone?.(row) ?? 'plain';
  const only: Style | null = isMarked ? 'selected' : isDim ? 'dim' : null;
  const spans: Span[] = [];
  let style: Style = only ?? own;
  let text = isMarked ? MARKER : ' ';
  for (const [at, { column, cells }] of placed.entries()) {
    const next = only ?? ('text' in column ? cellStyle(column.tone?.(row), own) : own);
    if (at > 0) text += blank;
    if (next !== style) {
      spans.push({ text, style });
      text = '';
      style = next;
    }
    text +=
      'text' in column
        ? pad(column.text(row, context), cells, column.align)
        : sparkline(column.trend(row), cells);
  }
  spans.push({ text, style });
  return spans;
}

/** A tone of the cell wins where it says something. */
function cellStyle(tone: CellTone | undefined, own: CellTone): Style {
  return tone === undefined || tone === 'plain' ? own : tone;
}

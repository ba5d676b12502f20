import { compareCodePoints } from '../../../engine/domain/code-point-order.js';
import type { BoardTable, CellContext, TextColumn } from '../table.js';
import { NO_DATA } from './cell-text.js';
import { rowFilter, textColumns } from './row-filter.js';

/** What somebody chose to see of a list. */
export interface ListChoice {
  readonly filter: string;
  readonly sort: { readonly column: string; readonly isDescending: boolean } | null;
}

export interface VisibleRows<Row> {
  readonly rows: readonly Row[];
  /** Before the filter. */
  readonly total: number;
  readonly fault: string;
}

/** What matches the filter, in the chosen order; without a choice in the order of the source. */
export function visibleRows<Row>(
  table: BoardTable<Row>,
  rows: readonly Row[],
  { filter, sort }: ListChoice,
  context: CellContext,
): VisibleRows<Row> {
  const { matches, fault } = rowFilter(table, filter);
  const isAll = filter.trim() === '' || fault !== '';
  const found = isAll ? rows : rows.filter((row) => matches(row, context));
  const column = textColumns(table).find(({ name }) => name === sort?.column);
  const sorted =
    column === undefined || sort === null
      ? found
      : sortRows(column, found, { isDescending: sort.isDescending, context });
  return { rows: sorted, total: rows.length, fault };
}

/** The columns that `s` goes through. */
export function sortColumns<Row>(table: BoardTable<Row>): readonly string[] {
  return textColumns(table).map(({ name }) => name);
}

type SortValue = number | string | null;

/** Of equal rows the first stays first, and what has no value comes last, in both directions. */
function sortRows<Row>(
  column: TextColumn<Row>,
  rows: readonly Row[],
  { isDescending, context }: { readonly isDescending: boolean; readonly context: CellContext },
): readonly Row[] {
  const keyed = rows.map((row) => ({ row, value: sortValue(column, row, context) }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) {
      return (a.value === null ? 1 : 0) - (b.value === null ? 1 : 0);
    }
    return isDescending ? compare(b.value, a.value) : compare(a.value, b.value);
  });
  return keyed.map(({ row }) => row);
}

function sortValue<Row>(column: TextColumn<Row>, row: Row, context: CellContext): SortValue {
  const value = column.sortBy === undefined ? column.text(row, context) : column.sortBy(row);
  if (value === NO_DATA || value === '') return null;
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' ? 1 : compareCodePoints(a, b);
}

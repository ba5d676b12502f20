import type { BoardColumn, BoardTable } from '../../view/board/table.js';

export interface PlacedColumn<Row> {
  readonly column: BoardColumn<Row>;
  readonly cells: number;
}

export interface PlacedColumns<Row> {
  readonly placed: readonly PlacedColumn<Row>[];
  /** Between two columns. */
  readonly gap: number;
}

/** A trend has no more values than that. */
const TREND_CELLS_MAX = 60;

/** Those that have room, the least important dropped first; flexible ones take what is left. */
export function placeColumns<Row>(table: BoardTable<Row>, room: number): PlacedColumns<Row> {
  let columns = table.columns;
  while (columns.length > 1 && needed(columns, 1) > room) {
    const worst = Math.max(...columns.map(({ priority }) => priority));
    columns = columns.filter(({ priority }) => priority !== worst);
  }
  const gap = needed(columns, 2) <= room ? 2 : 1;
  const spare = room - needed(columns, gap);
  const [only] = columns;
  if (spare < 0 && only !== undefined) {
    return { placed: [{ column: only, cells: Math.max(0, room) }], gap };
  }
  const shares = flexibleCells(columns, spare);
  const placed = columns.map((column) => ({ column, cells: shares.get(column) ?? column.width }));
  return { placed, gap };
}

/** All of them as wide as the others, as far as the least of each allows. */
function flexibleCells<Row>(
  columns: readonly BoardColumn<Row>[],
  spare: number,
): ReadonlyMap<BoardColumn<Row>, number> {
  const flexible = columns
    .filter(({ isFlexible }) => isFlexible === true)
    .toSorted((a, b) => b.width - a.width);
  let left = spare + flexible.reduce((sum, { width }) => sum + width, 0);
  const shares = flexible.map((column, at): [BoardColumn<Row>, number] => {
    const share = Math.max(column.width, Math.floor(left / (flexible.length - at)));
    left -= share;
    return [column, 'trend' in column ? Math.min(share, TREND_CELLS_MAX) : share];
  });
  return new Map(shares);
}

function needed(columns: readonly BoardColumn<never>[], gap: number): number {
  return columns.reduce((sum, { width }) => sum + width, gap * (columns.length - 1));
}

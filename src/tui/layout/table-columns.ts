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
  let spare = room - needed(columns, gap);
  let flexible = columns.filter(({ isFlexible }) => isFlexible === true).length;
  const placed = columns.map((column) => {
    const { width, isFlexible } = column;
    if (spare < 0) return { column, cells: Math.max(0, room) };
    if (isFlexible !== true) return { column, cells: width };
    const share = Math.floor(spare / flexible);
    const wanted = width + share;
    const cells = 'trend' in column ? Math.min(wanted, Math.max(width, TREND_CELLS_MAX)) : wanted;
    flexible -= 1;
    spare -= cells - width;
    return { column, cells };
  });
  return { placed, gap };
}

function needed(columns: readonly BoardColumn<never>[], gap: number): number {
  return columns.reduce((sum, { width }) => sum + width, gap * (columns.length - 1));
}

import type { Trend } from './board.js';

export type CellTone = 'plain' | 'dim' | 'good' | 'warn' | 'bad';

/** How times are printed: `2 s ago` in few cells, or the time of day in UTC. */
export interface CellContext {
  readonly nowMs: number;
  readonly times: 'relative' | 'absolute';
}

interface ColumnBase {
  /** As `/name:text` filters and `s` sorts by it. */
  readonly name: string;
  readonly title: string;
  /** Cells that it takes; a flexible one takes what is left, and at least these. */
  readonly width: number;
  readonly isFlexible?: true;
  readonly align?: 'left' | 'right';
  /** 1 stays to the end; the highest number is dropped first where room is short. */
  readonly priority: number;
}

export interface TextColumn<Row> extends ColumnBase {
  readonly text: (row: Row, context: CellContext) => string;
  readonly tone?: (row: Row) => CellTone;
  /** What it is sorted by, where that is not the text. Null comes last. */
  readonly sortBy?: (row: Row) => number | string | null;
}

export interface TrendColumn<Row> extends ColumnBase {
  readonly trend: (row: Row) => Trend;
}

export type BoardColumn<Row> = TextColumn<Row> | TrendColumn<Row>;

/** The one description of a table of the board: the screen and its text twin print these columns. */
export interface BoardTable<Row> {
  readonly name: string;
  /** Stays the same while the row does, whatever is above it. */
  readonly key: (row: Row) => string;
  readonly columns: readonly BoardColumn<Row>[];
  readonly tone?: (row: Row) => CellTone;
}

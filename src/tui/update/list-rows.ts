import type { Board } from '../../view/board/board.js';
import { BOARD_LISTS, type BoardList } from '../../view/board/tables/board-lists.js';
import { rowFilter } from '../../view/board/tables/row-filter.js';
import { sortColumns, visibleRows } from '../../view/board/tables/visible-rows.js';
import type { ListName, ListState, UiState } from '../ui-state.js';

export interface ListRow {
  readonly key: string;
  readonly row: unknown;
}

/** A list without what its rows are: the same for all of them. */
interface AnyList {
  rows(board: Board, choice: ListState, ui: UiState, nowMs: number): readonly ListRow[];
  readonly columns: readonly string[];
  filterFault(filter: string): string;
}

const LISTS: Readonly<Record<ListName, AnyList>> = {
  streams: anyList(BOARD_LISTS.streams),
  codes: anyList(BOARD_LISTS.codes),
  blocks: anyList(BOARD_LISTS.blocks),
  fills: anyList(BOARD_LISTS.fills),
  orders: anyList(BOARD_LISTS.orders),
  stages: anyList(BOARD_LISTS.stages),
  engines: anyList(BOARD_LISTS.engines),
  findings: anyList(BOARD_LISTS.findings),
  control: anyList(BOARD_LISTS.control),
  audit: anyList(BOARD_LISTS.audit),
  logs: anyList(BOARD_LISTS.logs),
  events: anyList(BOARD_LISTS.events),
};

/** The rows of the list that the keys move in, as they are shown. */
export function focusedRows(ui: UiState, board: Board, nowMs: number): readonly ListRow[] {
  return LISTS[ui.focus].rows(board, ui.lists[ui.focus], ui, nowMs);
}

/** Names of the columns that `s` goes through. */
export function columnsOf(list: ListName): readonly string[] {
  return LISTS[list].columns;
}

/** What is wrong with a filter; empty when nothing is. */
export function filterFault(list: ListName, filter: string): string {
  return LISTS[list].filterFault(filter);
}

function anyList<Row>({ table, rows }: BoardList<Row>): AnyList {
  return {
    rows: (board, choice, { times }, nowMs) =>
      visibleRows(table, rows(board) ?? [], choice, { nowMs, times }).rows.map((row) => ({
        key: table.key(row),
        row,
      })),
    columns: sortColumns(table),
    filterFault: (filter) => rowFilter(table, filter).fault,
  };
}

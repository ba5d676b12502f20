import { VIEW_LISTS } from '../../view/board/view-lists.js';
import type { ListName, ListState, UiState } from '../ui-state.js';
import { noticed, only, type UpdateContext, type Updated } from './context.js';
import { columnsOf, focusedRows, type ListRow } from './list-rows.js';

const PAGE_ROWS = 10;

type Move = 'up' | 'down' | 'page up' | 'page down' | 'first' | 'last';

const STEP: Readonly<Record<Move, number>> = {
  up: -1,
  down: 1,
  'page up': -PAGE_ROWS,
  'page down': PAGE_ROWS,
  first: -Infinity,
  last: Infinity,
};

/** The row is kept by its key: new rows above it do not move the selection to another one. */
export function moveRow(ui: UiState, move: Move, context: UpdateContext): Updated {
  const rows = focusedRows(ui, context.board, context.nowMs);
  const last = rows.length - 1;
  const { selectedKey } = ui.lists[ui.focus];
  const at = Math.max(
    0,
    rows.findIndex(({ key }) => key === selectedKey),
  );
  const next = rows[Math.min(last, Math.max(0, at + STEP[move]))];
  return only(withList(ui, ui.focus, { selectedKey: next?.key ?? null }));
}

export function nextPanel(ui: UiState, step: 1 | -1): Updated {
  const lists = VIEW_LISTS[ui.view];
  const at = lists.indexOf(ui.focus);
  const next = lists[(at + step + lists.length) % lists.length];
  return only({ ...ui, focus: next ?? lists[0] });
}

/** Null where the list is empty. A selected row that is gone counts as none: the first is meant. */
export function selectedRow(ui: UiState, context: UpdateContext): ListRow | null {
  const rows = focusedRows(ui, context.board, context.nowMs);
  const { selectedKey } = ui.lists[ui.focus];
  return rows.find(({ key }) => key === selectedKey) ?? rows[0] ?? null;
}

export function sortNext(ui: UiState): Updated {
  const names = columnsOf(ui.focus);
  const { sort } = ui.lists[ui.focus];
  const column = names[sort === null ? 0 : names.indexOf(sort.column) + 1];
  const next = column === undefined ? null : { column, isDescending: false };
  const words = next === null ? 'order as it comes' : `sorted by ${next.column}`;
  return noticed(withList(ui, ui.focus, { sort: next }), words);
}

export function reverse(ui: UiState): Updated {
  const { sort } = ui.lists[ui.focus];
  if (sort === null) return noticed(ui, 'nothing is sorted: s sorts by a column');
  const isDescending = !sort.isDescending;
  const words = `sorted by ${sort.column}, ${isDescending ? 'largest' : 'smallest'} first`;
  return noticed(withList(ui, ui.focus, { sort: { ...sort, isDescending } }), words);
}

export function withList(ui: UiState, name: ListName, change: Partial<ListState>): UiState {
  return { ...ui, lists: { ...ui.lists, [name]: { ...ui.lists[name], ...change } } };
}

import {
  BOARD_LISTS,
  type BoardList,
  type BoardRows,
} from '../../view/board/tables/board-lists.js';
import { selectedIndex } from '../../view/board/tables/selection.js';
import { visibleRows, type VisibleRows } from '../../view/board/tables/visible-rows.js';
import type { Line, Span } from '../line.js';
import { wrap } from '../text/fit.js';
import type { ListName, ListState } from '../ui-state.js';
import { freshnessLabel, nothingWords } from './freshness-label.js';
import { EMPTY_WORDS, LIST_TITLES } from './list-words.js';
import { drawBox, insideOf, type Box } from './panel-box.js';
import type { Scene } from './scene.js';
import { say } from './spans.js';
import { tableLines } from './table-lines.js';
import { focusedList } from './view-lists.js';

export interface ListPanel<Name extends ListName = ListName> extends Box {
  readonly list: Name;
  /** Above and below the rows; what is below is dropped first where room is short. */
  readonly head?: readonly Line[];
  readonly foot?: readonly Line[];
  readonly hasHeader?: boolean;
}

/** Rows that stay for the list itself, whatever stands above and below. */
const LIST_ROWS_MIN = 3;

/** One list in a box: as old as it says, with its filter in the title. */
export function listPanel<Name extends ListName>(
  scene: Scene,
  panel: ListPanel<Name>,
  list: BoardList<BoardRows[Name]> = BOARD_LISTS[panel.list],
): readonly Line[] {
  return drawPanel(scene, panel, list);
}

function drawPanel<Row>(scene: Scene, panel: ListPanel, list: BoardList<Row>): readonly Line[] {
  const { board, ui, shownMs, context } = scene;
  const section = list.section(board);
  const age = section === null ? null : freshnessLabel(section, shownMs);
  const state = ui.lists[panel.list];
  const isFocused = focusedList(ui.view, ui.focus) === panel.list;
  const inside = insideOf(panel);
  const all = list.rows(board);
  const found = all === null ? null : visibleRows(list.table, all, state, context);
  const title = titleOf(LIST_TITLES[panel.list](board, age?.doubt ?? ''), state, found);
  const label = age?.span ?? say('');
  const box = { title, label, isFocused };
  if (found === null) {
    const words = section === null ? 'no data yet' : nothingWords(section);
    return drawBox(panel, box, sentence(words, inside.columns));
  }
  const { head = [], foot = [], hasHeader = true } = panel;
  const room = inside.rows - (hasHeader ? 1 : 0);
  const shownFoot = foot.slice(0, Math.max(0, room - Math.min(LIST_ROWS_MIN, found.rows.length)));
  const shownHead = head.slice(0, Math.max(0, room - shownFoot.length - LIST_ROWS_MIN));
  const listRoom = Math.max(0, room - shownFoot.length - shownHead.length);
  const lines = tableLines({
    ...{ table: list.table, rows: found.rows, columns: inside.columns, room: listRoom },
    ...{ hasHeader, isFocused, sort: state.sort, context },
    selected: selectedIndex(list.table, found.rows, state.selectedKey),
    isDim: age !== null && age.freshness !== 'fresh',
  });
  const empty =
    found.rows.length > 0 ? [] : sentence(emptyWords(scene, panel, found), inside.columns);
  const body = [...shownHead, ...lines, ...empty];
  const gap = Math.max(0, inside.rows - body.length - shownFoot.length);
  const between = Array.from({ length: gap }, (): Line => []);
  return drawBox(panel, box, [...body, ...between, ...shownFoot]);
}

function titleOf<Row>(
  title: Span,
  { filter, sort }: ListState,
  found: VisibleRows<Row> | null,
): Span {
  const order = sort === null ? '' : ` sort ${sort.column}${sort.isDescending ? '↓' : '↑'}`;
  if (filter === '' || found === null) return say(title.text + order, title.style);
  const count = found.fault === '' ? `${found.rows.length} of ${found.total}` : found.fault;
  return say(`${title.text} /${filter}/ ${count}${order}`, title.style);
}

function emptyWords<Row>(
  { board, ui }: Scene,
  { list }: ListPanel,
  { total }: VisibleRows<Row>,
): string {
  if (total === 0) return EMPTY_WORDS[list](board);
  return `none of ${total} matches /${ui.lists[list].filter}/ (Esc: show all)`;
}

/** A sentence in as many lines as it takes. */
export function sentence(
  words: string,
  columns: number,
  style: Span['style'] = 'dim',
): readonly Line[] {
  return wrap(words, Math.max(1, columns - 2)).map((text) => [say(` ${text}`, style)]);
}

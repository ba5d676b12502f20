import { BOARD_LISTS } from '../view/board/tables/board-lists.js';
import { VIEW_LISTS } from '../view/board/view-lists.js';
import type { ListName, ListState, UiState } from './ui-state.js';

const UNTOUCHED: ListState = { selectedKey: null, filter: '', sort: null };

/** The screen before the first key. */
export function initialUi(
  plan: Pick<UiState, 'view' | 'theme' | 'isAscii' | 'hasControl' | 'isReplay' | 'intervalMs'>,
): UiState {
  return {
    ...plan,
    lastView: 'home',
    focus: VIEW_LISTS[plan.view][0],
    lists: untouchedLists(),
    overlay: null,
    prompt: null,
    times: 'relative',
    playback: null,
    notice: null,
    killedAtMs: null,
  };
}

function untouchedLists(): UiState['lists'] {
  const names = Object.keys(BOARD_LISTS) as readonly ListName[];
  return Object.fromEntries(names.map((name) => [name, UNTOUCHED])) as UiState['lists'];
}

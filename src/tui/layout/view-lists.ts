import type { ViewName } from '../../view/screen-names.js';
import { VIEW_LISTS } from '../../view/board/view-lists.js';
import type { ListName } from '../ui-state.js';

export const VIEW_TITLES: Readonly<Record<ViewName, string>> = {
  home: 'Home',
  streams: 'Streams',
  blocks: 'Risk blocks',
  fills: 'Fills',
  stages: 'Stages',
  doctor: 'Doctor',
  control: 'Control',
  audit: 'Audit',
  logs: 'Logs',
};

/** The list that has the row keys: the chosen one, or the first of the view. */
export function focusedList(view: ViewName, focus: ListName): ListName {
  const lists = VIEW_LISTS[view];
  return lists.includes(focus) ? focus : lists[0];
}

import type { ListName, ViewName } from '../ui-state.js';

/** The lists of a view in the order in which Tab goes through them. */
export const VIEW_LISTS: Readonly<Record<ViewName, readonly [ListName, ...ListName[]]>> = {
  home: ['streams', 'codes', 'fills', 'engines', 'findings', 'events'],
  streams: ['streams'],
  blocks: ['codes', 'blocks'],
  fills: ['fills', 'orders'],
  stages: ['stages', 'engines'],
  doctor: ['findings'],
  control: ['control'],
  audit: ['audit'],
  logs: ['logs'],
};

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

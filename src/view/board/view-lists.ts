import type { ViewName } from '../screen-names.js';
import type { BoardListName } from './tables/board-lists.js';

/** The lists of a view in the order in which Tab goes through them, and a text twin prints them. */
export const VIEW_LISTS: Readonly<Record<ViewName, readonly [BoardListName, ...BoardListName[]]>> =
  {
    home: ['streams', 'codes', 'engines', 'fills', 'findings', 'events'],
    streams: ['streams'],
    blocks: ['codes', 'blocks'],
    fills: ['fills', 'orders'],
    stages: ['stages', 'engines'],
    doctor: ['findings'],
    control: ['control'],
    audit: ['audit'],
    logs: ['logs'],
  };

import type { FindingRow } from '../board.js';
import type { BoardTable } from '../table.js';
import { textCell } from './cell-text.js';
import { markedWord, statusTone } from './state-word.js';

export const FINDINGS_TABLE: BoardTable<FindingRow> = {
  name: 'findings',
  key: ({ id }) => id,
  columns: [
    {
      ...{ name: 'status', title: 'STATUS', width: 9, priority: 1 },
      text: ({ status }) => markedWord(statusTone(status), status),
      tone: ({ status }) => statusTone(status),
      sortBy: ({ status }) => status,
    },
    { name: 'check', title: 'CHECK', width: 26, priority: 2, text: ({ id }) => id },
    { name: 'level', title: 'LEVEL', width: 5, priority: 6, text: ({ level }) => level },
    {
      ...{ name: 'says', title: 'SAYS', width: 18, isFlexible: true, priority: 3 },
      text: ({ says }) => textCell(says),
    },
    {
      ...{ name: 'remedy', title: 'WHAT TO DO', width: 30, isFlexible: true, priority: 5 },
      text: ({ remedy }) => textCell(remedy),
    },
    { name: 'group', title: 'GROUP', width: 10, priority: 7, text: ({ group }) => group },
  ],
};

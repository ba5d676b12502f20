import type { StreamRow } from '../board.js';
import type { BoardTable } from '../table.js';
import { NO_DATA, bytesCell, countCell, lastCell, rateCell } from './cell-text.js';

export const STREAMS_TABLE: BoardTable<StreamRow> = {
  name: 'streams',
  key: ({ name }) => name,
  tone: ({ exists }) => (exists ? 'plain' : 'dim'),
  columns: [
    { name: 'name', title: 'NAME', width: 21, priority: 1, text: ({ name }) => name },
    {
      ...{ name: 'length', title: 'LEN', width: 6, align: 'right', priority: 2 },
      text: ({ exists, length, isCapped }) =>
        exists ? `${countCell(length)}${isCapped ? '=' : ''}` : NO_DATA,
      sortBy: ({ exists, length }) => (exists ? length : null),
    },
    {
      ...{ name: 'rate', title: 'IN/s', width: 5, align: 'right', priority: 3 },
      text: ({ inPerSec }) => rateCell(inPerSec),
      sortBy: ({ inPerSec }) => inPerSec,
    },
    {
      ...{ name: 'lag', title: 'LAG', width: 5, align: 'right', priority: 5 },
      text: ({ lagEntries }) => countCell(lagEntries),
      tone: ({ lagEntries }) => ((lagEntries ?? 0) > 0 ? 'warn' : 'plain'),
      sortBy: ({ lagEntries }) => lagEntries,
    },
    {
      ...{ name: 'pending', title: 'PEND', width: 5, align: 'right', priority: 7 },
      text: ({ pendingEntries }) => countCell(pendingEntries),
      sortBy: ({ pendingEntries }) => pendingEntries,
    },
    {
      ...{ name: 'last', title: 'LAST', width: 8, align: 'right', priority: 4 },
      text: ({ lastAtMs }, context) => lastCell(lastAtMs, context),
      sortBy: ({ lastAtMs }) => lastAtMs,
    },
    {
      ...{ name: 'bytes', title: 'BYTES', width: 6, align: 'right', priority: 9 },
      text: ({ bytes }) => bytesCell(bytes),
      sortBy: ({ bytes }) => bytes,
    },
    {
      ...{ name: 'newest', title: 'NEWEST ID', width: 20, priority: 10 },
      text: ({ newestId }) => newestId ?? NO_DATA,
    },
    {
      ...{ name: 'trend', title: 'TREND', width: 8, isFlexible: true, priority: 6 },
      trend: ({ trend }) => trend,
    },
  ],
};

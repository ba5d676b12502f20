import type { BlockCodeRow, BlockRow } from '../board.js';
import type { BoardTable } from '../table.js';
import { countCell, lastCell, shareCell, textCell, whenCell } from './cell-text.js';

export const CODES_TABLE: BoardTable<BlockCodeRow> = {
  name: 'codes',
  key: ({ code }) => code,
  tone: ({ count }) => (count > 0 ? 'bad' : 'dim'),
  columns: [
    { name: 'code', title: 'CODE', width: 14, priority: 1, text: ({ code }) => code },
    {
      ...{ name: 'count', title: 'N', width: 5, align: 'right', priority: 2 },
      text: ({ count }) => countCell(count),
      sortBy: ({ count }) => count,
    },
    {
      ...{ name: 'share', title: 'SHARE', width: 5, align: 'right', priority: 3 },
      text: ({ shareFraction }) => shareCell(shareFraction),
      sortBy: ({ shareFraction }) => shareFraction,
    },
    { name: 'trend', title: 'TREND', width: 8, priority: 6, trend: ({ trend }) => trend },
    {
      ...{ name: 'last', title: 'LAST', width: 8, align: 'right', priority: 7 },
      text: ({ lastAtMs }, context) => lastCell(lastAtMs, context),
      sortBy: ({ lastAtMs }) => lastAtMs,
    },
    {
      ...{ name: 'meaning', title: 'MEANING', width: 16, isFlexible: true, priority: 4 },
      text: ({ meaning }) => textCell(meaning),
    },
    {
      ...{ name: 'todo', title: 'WHAT TO TRY', width: 30, isFlexible: true, priority: 8 },
      text: ({ todo }) => textCell(todo),
    },
  ],
};

export const BLOCKS_TABLE: BoardTable<BlockRow> = {
  name: 'blocks',
  key: ({ decisionId }) => decisionId,
  columns: [
    {
      ...{ name: 'time', title: 'TIME', width: 11, priority: 2 },
      text: ({ atMs }, context) => whenCell(atMs, context),
      sortBy: ({ atMs }) => atMs,
    },
    { name: 'symbol', title: 'SYMBOL', width: 12, priority: 3, text: ({ symbol }) => symbol },
    { name: 'side', title: 'SIDE', width: 4, priority: 5, text: ({ side }) => side },
    {
      ...{ name: 'code', title: 'CODE', width: 14, priority: 1 },
      text: ({ code }) => code,
      tone: () => 'bad',
    },
    {
      ...{ name: 'detail', title: 'DETAIL', width: 36, isFlexible: true, priority: 4 },
      text: ({ detail }) => textCell(detail),
    },
    {
      ...{ name: 'meaning', title: 'MEANING', width: 30, isFlexible: true, priority: 8 },
      text: ({ meaning }) => textCell(meaning),
    },
    {
      ...{ name: 'strategy', title: 'STRATEGY', width: 14, priority: 7 },
      text: ({ strategyId }) => textCell(strategyId),
    },
    {
      ...{ name: 'id', title: 'DECISION', width: 16, priority: 9 },
      text: ({ decisionId }) => decisionId,
    },
  ],
};

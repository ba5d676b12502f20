import type { FillBoardRow, OrderRow } from '../board.js';
import type { BoardTable, CellTone } from '../table.js';
import { lastCell, roundedCell, textCell } from './cell-text.js';

export const FILLS_TABLE: BoardTable<FillBoardRow> = {
  name: 'fills',
  key: ({ fillId }) => fillId,
  columns: [
    {
      ...{ name: 'time', title: 'TIME', width: 8, priority: 2 },
      text: ({ atMs }, context) => lastCell(atMs, context),
      sortBy: ({ atMs }) => atMs,
    },
    { name: 'symbol', title: 'SYMBOL', width: 12, priority: 1, text: ({ symbol }) => symbol },
    { name: 'side', title: 'SIDE', width: 4, priority: 3, text: ({ side }) => side },
    {
      ...{ name: 'status', title: 'STATUS', width: 9, priority: 7 },
      text: ({ status }) => status,
      tone: ({ status }) => stateTone(status),
    },
    {
      ...{ name: 'qty', title: 'QTY', width: 10, align: 'right', priority: 4 },
      text: ({ qty }) => roundedCell(qty, 10),
      sortBy: ({ qty }) => numberIn(qty),
    },
    {
      ...{ name: 'price', title: 'PRICE', width: 10, align: 'right', priority: 5 },
      text: ({ price }) => roundedCell(price, 10),
      sortBy: ({ price }) => numberIn(price),
    },
    {
      ...{ name: 'slip', title: 'SLIP bp', width: 7, align: 'right', priority: 6 },
      text: ({ slippageBps }) => roundedCell(slippageBps, 5),
      sortBy: ({ slippageBps }) => numberIn(slippageBps),
    },
    {
      ...{ name: 'fee', title: 'FEE', width: 9, align: 'right', priority: 9 },
      text: ({ fee }) => roundedCell(fee, 9),
      sortBy: ({ fee }) => numberIn(fee),
    },
    {
      ...{ name: 'pnl', title: 'PNL', width: 9, align: 'right', priority: 10 },
      text: ({ realizedPnl }) => roundedCell(realizedPnl, 9),
      tone: ({ realizedPnl }) => pnlTone(realizedPnl),
      sortBy: ({ realizedPnl }) => numberIn(realizedPnl),
    },
    {
      ...{ name: 'order', title: 'ORDER', width: 13, isFlexible: true, priority: 8 },
      text: ({ orderId }) => textCell(orderId),
    },
    {
      ...{ name: 'strategy', title: 'STRATEGY', width: 14, isFlexible: true, priority: 11 },
      text: ({ strategyId }) => textCell(strategyId),
    },
  ],
};

export const ORDERS_TABLE: BoardTable<OrderRow> = {
  name: 'orders',
  key: ({ orderId }) => orderId,
  columns: [
    {
      ...{ name: 'time', title: 'TIME', width: 8, priority: 2 },
      text: ({ atMs }, context) => lastCell(atMs, context),
      sortBy: ({ atMs }) => atMs,
    },
    { name: 'symbol', title: 'SYMBOL', width: 12, priority: 1, text: ({ symbol }) => symbol },
    { name: 'side', title: 'SIDE', width: 4, priority: 3, text: ({ side }) => side },
    {
      ...{ name: 'qty', title: 'QTY', width: 10, align: 'right', priority: 5 },
      text: ({ qty }) => roundedCell(qty, 10),
      sortBy: ({ qty }) => numberIn(qty),
    },
    {
      ...{ name: 'price', title: 'PRICE', width: 10, align: 'right', priority: 6 },
      text: ({ price }) => roundedCell(price, 10),
      sortBy: ({ price }) => numberIn(price),
    },
    {
      ...{ name: 'state', title: 'STATE', width: 15, priority: 4 },
      text: ({ state }) => textCell(state),
      tone: ({ state }) => stateTone(state),
    },
    {
      ...{ name: 'order', title: 'ORDER', width: 13, isFlexible: true, priority: 7 },
      text: ({ orderId }) => textCell(orderId),
    },
  ],
};

function stateTone(state: string): CellTone {
  if (/reject|fail|error/i.test(state)) return 'bad';
  return /refused|cancel|expired/i.test(state) ? 'warn' : 'plain';
}

function pnlTone(pnl: string | null): CellTone {
  const value = numberIn(pnl);
  if (value === null || value === 0) return 'plain';
  return value > 0 ? 'good' : 'bad';
}

function numberIn(text: string | null): number | null {
  if (text === null || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

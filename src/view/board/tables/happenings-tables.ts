import type { EventRow, LedgerRow, LogRow } from '../board.js';
import type { BoardTable, CellTone } from '../table.js';
import { countCell, textCell, whenCell } from './cell-text.js';

export const AUDIT_TABLE: BoardTable<LedgerRow> = {
  name: 'audit',
  key: ({ seq }) => String(seq),
  columns: [
    {
      ...{ name: 'time', title: 'TIME', width: 11, priority: 2 },
      text: ({ atMs }, context) => whenCell(atMs, context),
      sortBy: ({ atMs }) => atMs,
    },
    {
      ...{ name: 'seq', title: 'SEQ', width: 7, align: 'right', priority: 5 },
      text: ({ seq }) => String(seq),
      sortBy: ({ seq }) => seq,
    },
    { name: 'who', title: 'WHO', width: 12, priority: 3, text: ({ who }) => textCell(who) },
    { name: 'what', title: 'WHAT', width: 24, priority: 1, text: ({ what }) => textCell(what) },
    {
      ...{ name: 'why', title: 'WHY', width: 20, isFlexible: true, priority: 4 },
      text: ({ why }) => textCell(why),
    },
  ],
};

export const LOGS_TABLE: BoardTable<LogRow> = {
  name: 'logs',
  key: ({ seq }) => String(seq),
  columns: [
    {
      ...{ name: 'time', title: 'TIME', width: 11, priority: 3 },
      text: ({ atMs }, context) => whenCell(atMs, context),
      sortBy: ({ atMs }) => atMs,
    },
    {
      ...{ name: 'level', title: 'LEVEL', width: 5, priority: 2 },
      text: ({ level }) => textCell(level),
      tone: ({ level }) => logTone(level),
    },
    { name: 'from', title: 'FROM', width: 10, priority: 4, text: ({ from }) => textCell(from) },
    {
      ...{ name: 'text', title: 'TEXT', width: 20, isFlexible: true, priority: 1 },
      text: ({ text }) => textCell(text),
    },
  ],
};

export const EVENTS_TABLE: BoardTable<EventRow> = {
  name: 'events',
  key: ({ seq }) => String(seq),
  columns: [
    {
      ...{ name: 'time', title: 'TIME', width: 11, priority: 2 },
      text: ({ atMs }, context) => whenCell(atMs, { ...context, times: 'absolute' }),
      sortBy: ({ atMs }) => atMs,
    },
    { name: 'from', title: 'FROM', width: 9, priority: 3, text: ({ from }) => textCell(from) },
    {
      ...{ name: 'text', title: 'TEXT', width: 20, isFlexible: true, priority: 1 },
      text: ({ text, isBad }) => (isBad ? `✖ ${text}` : textCell(text)),
      tone: ({ isBad }) => (isBad ? 'bad' : 'plain'),
      sortBy: ({ text }) => text,
    },
    {
      ...{ name: 'count', title: 'TIMES', width: 6, align: 'right', priority: 4 },
      text: ({ count }) => (count > 1 ? `×${countCell(count)}` : ''),
      sortBy: ({ count }) => count,
    },
  ],
};

function logTone(level: string): CellTone {
  if (/^(?:error|fatal)$/i.test(level)) return 'bad';
  return /^warn/i.test(level) ? 'warn' : 'plain';
}

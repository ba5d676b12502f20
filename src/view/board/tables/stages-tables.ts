import type { EngineRow, LatencyRow, StageRow } from '../board.js';
import type { BoardTable, CellTone } from '../table.js';
import {
  NO_DATA,
  bytesCell,
  countCell,
  lastCell,
  msCell,
  shareCell,
  spanCell,
  textCell,
} from './cell-text.js';
import { markedWord } from './state-word.js';

const STAGE_TONES: Readonly<Record<StageRow['word'], CellTone>> = {
  OK: 'good',
  STALLED: 'bad',
  IDLE: 'dim',
  UNKNOWN: 'warn',
};

export const STAGES_TABLE: BoardTable<StageRow> = {
  name: 'stages',
  key: ({ name }) => name,
  columns: [
    { name: 'stage', title: 'STAGE', width: 22, priority: 1, text: ({ name }) => name },
    {
      ...{ name: 'state', title: 'STATE', width: 9, priority: 2 },
      text: ({ word }) => markedWord(STAGE_TONES[word], word),
      tone: ({ word }) => STAGE_TONES[word],
      sortBy: ({ word }) => word,
    },
    {
      ...{ name: 'causes', title: 'CAUSES', width: 7, align: 'right', priority: 4 },
      text: ({ causes }) => countCell(causes),
      sortBy: ({ causes }) => causes,
    },
    {
      ...{ name: 'cause', title: 'LAST', width: 8, align: 'right', priority: 7 },
      text: ({ causeAtMs }, context) => lastCell(causeAtMs, context),
      sortBy: ({ causeAtMs }) => causeAtMs,
    },
    {
      ...{ name: 'effects', title: 'EFFECTS', width: 7, align: 'right', priority: 5 },
      text: ({ effects }) => countCell(effects),
      sortBy: ({ effects }) => effects,
    },
    {
      ...{ name: 'effect', title: 'LAST', width: 8, align: 'right', priority: 6 },
      text: ({ effectAtMs }, context) => lastCell(effectAtMs, context),
      sortBy: ({ effectAtMs }) => effectAtMs,
    },
    {
      ...{ name: 'reason', title: 'WHY', width: 16, isFlexible: true, priority: 3 },
      text: ({ reason }) => textCell(reason),
    },
  ],
};

export const LATENCIES_TABLE: BoardTable<LatencyRow> = {
  name: 'latencies',
  key: ({ step }) => step,
  columns: [
    { name: 'step', title: 'LATENCY ms', width: 10, priority: 1, text: ({ step }) => step },
    {
      ...{ name: 'p50', title: 'P50', width: 6, align: 'right', priority: 3 },
      text: ({ p50Ms }) => msCell(p50Ms),
      sortBy: ({ p50Ms }) => p50Ms,
    },
    {
      ...{ name: 'p95', title: 'P95', width: 6, align: 'right', priority: 4 },
      text: ({ p95Ms }) => msCell(p95Ms),
      sortBy: ({ p95Ms }) => p95Ms,
    },
    {
      ...{ name: 'p99', title: 'P99', width: 6, align: 'right', priority: 2 },
      text: ({ p99Ms }) => msCell(p99Ms),
      sortBy: ({ p99Ms }) => p99Ms,
    },
    {
      ...{ name: 'count', title: 'N', width: 6, align: 'right', priority: 5 },
      text: ({ count }) => countCell(count),
      sortBy: ({ count }) => count,
    },
  ],
};

export const ENGINES_TABLE: BoardTable<EngineRow> = {
  name: 'engines',
  key: ({ name }) => name,
  columns: [
    { name: 'engine', title: 'ENGINE', width: 12, priority: 1, text: ({ name }) => name },
    {
      ...{ name: 'state', title: 'STATE', width: 14, priority: 2 },
      text: ({ state, isWell }) => markedWord(isWell ? 'good' : 'bad', state),
      tone: ({ isWell }) => (isWell ? 'good' : 'bad'),
      sortBy: ({ state }) => state,
    },
    {
      ...{ name: 'heartbeat', title: 'BEAT', width: 8, align: 'right', priority: 3 },
      text: ({ heartbeatAtMs }, context) => lastCell(heartbeatAtMs, context),
      sortBy: ({ heartbeatAtMs }) => heartbeatAtMs,
    },
    {
      ...{ name: 'cpu', title: 'CPU', width: 5, align: 'right', priority: 4 },
      text: ({ cpuFraction }) => shareCell(cpuFraction),
      sortBy: ({ cpuFraction }) => cpuFraction,
    },
    {
      ...{ name: 'memory', title: 'MEM', width: 5, align: 'right', priority: 5 },
      text: ({ rssBytes }) => bytesCell(rssBytes),
      sortBy: ({ rssBytes }) => rssBytes,
    },
    {
      ...{ name: 'up', title: 'UP', width: 6, align: 'right', priority: 7 },
      text: ({ startedAtMs }, { nowMs }) =>
        startedAtMs === null ? NO_DATA : spanCell(nowMs - startedAtMs),
      sortBy: ({ startedAtMs }) => startedAtMs,
    },
    {
      ...{ name: 'restarts', title: 'RST', width: 4, align: 'right', priority: 8 },
      text: ({ restarts }) => countCell(restarts),
      tone: ({ restarts }) => (restarts > 0 ? 'warn' : 'plain'),
      sortBy: ({ restarts }) => restarts,
    },
    {
      ...{ name: 'roles', title: 'ROLES', width: 16, priority: 9 },
      text: ({ roles }) => textCell(roles.join(' ')),
    },
    {
      ...{ name: 'note', title: 'NOTE', width: 6, isFlexible: true, priority: 6 },
      text: ({ note }) => textCell(note),
    },
  ],
};

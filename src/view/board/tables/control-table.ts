import type { ControlBoard, PermissionBoard } from '../board.js';
import type { BoardTable, CellTone } from '../table.js';
import { NO_DATA, spanCell, textCell } from './cell-text.js';
import { levelTone, markedWord, statusTone } from './state-word.js';

/** A place of the register, a scope with its own level, a gate, or an item of the readiness. */
export interface ControlRow {
  readonly part: 'register' | 'place' | 'scope' | 'gate' | 'readiness';
  readonly name: string;
  readonly state: string;
  readonly tone: CellTone;
  readonly words: string;
  /** Of an open gate. */
  readonly untilMs: number | null;
}

export const CONTROL_TABLE: BoardTable<ControlRow> = {
  name: 'control',
  key: ({ part, name }) => `${part} ${name}`,
  columns: [
    { name: 'part', title: 'PART', width: 9, priority: 2, text: ({ part }) => part },
    { name: 'name', title: 'NAME', width: 20, priority: 1, text: ({ name }) => textCell(name) },
    {
      ...{ name: 'state', title: 'STATE', width: 12, priority: 3 },
      text: ({ tone, state }) => markedWord(tone, state),
      tone: ({ tone }) => tone,
      sortBy: ({ state }) => state,
    },
    {
      ...{ name: 'left', title: 'LEFT', width: 6, align: 'right', priority: 5 },
      text: ({ untilMs }, { nowMs }) => (untilMs === null ? NO_DATA : spanCell(untilMs - nowMs)),
      sortBy: ({ untilMs }) => untilMs,
    },
    {
      ...{ name: 'words', title: 'WORDS', width: 20, isFlexible: true, priority: 4 },
      text: ({ words }) => textCell(words),
    },
  ],
};

/** Null: nothing of it was ever read. */
export function controlRows(
  control: ControlBoard | null,
  permissions: PermissionBoard | null,
): readonly ControlRow[] | null {
  if (control === null && permissions === null) return null;
  return [
    ...(control === null ? [] : registerRows(control)),
    ...(permissions === null ? [] : permissionRows(permissions)),
  ];
}

function registerRows(control: ControlBoard): readonly ControlRow[] {
  const { places, scopes, mode, level, operator, ordersTo } = control;
  const why = [control.reason, control.message].filter((text) => text !== '').join(': ');
  return [
    {
      ...{ part: 'register', name: `mode ${mode}`, state: level, tone: levelTone(level) },
      words: `orders to ${ordersTo}; by ${operator}: ${why}`,
      untilMs: null,
    },
    ...places.map(({ name, level, epoch, words }): ControlRow => {
      const isAsked = level !== NO_DATA && level !== '';
      const says = epoch === null ? words : `epoch ${epoch}, ${words}`;
      const tone = isAsked ? levelTone(level) : 'dim';
      return {
        part: 'place',
        name,
        state: isAsked ? level : 'none',
        tone,
        words: says,
        untilMs: null,
      };
    }),
    ...scopes.map(({ scope, level }): ControlRow => {
      const rest = { words: '', untilMs: null };
      return { part: 'scope', name: scope, state: level, tone: levelTone(level), ...rest };
    }),
  ];
}

function permissionRows({ gates, readiness }: PermissionBoard): readonly ControlRow[] {
  return [
    ...gates.map(({ scope, until, by, reason }): ControlRow => {
      const state = until === null ? 'closed' : 'OPEN';
      const words = until === null ? reason : `by ${by}: ${reason}`;
      const tone = until === null ? 'dim' : 'warn';
      return { part: 'gate', name: scope, state, tone, words, untilMs: until };
    }),
    ...(readiness?.items ?? []).map(({ item, status, words }): ControlRow => {
      const rest = { tone: statusTone(status), words, untilMs: null };
      return { part: 'readiness', name: item, state: status, ...rest };
    }),
  ];
}

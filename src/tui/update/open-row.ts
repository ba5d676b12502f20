import type { FindingRow, StageRow } from '../../view/board/board.js';
import { agoText } from '../../view/age.js';
import type { ListName, UiState } from '../ui-state.js';
import { noticed, only, type UpdateContext, type Updated } from './context.js';
import type { ListRow } from './list-rows.js';
import { selectedRow } from './rows.js';
import { commandLine } from '../../view/shell-word.js';

/** How many entries of a stream are read when it is opened. */
const TAIL_ENTRIES = '50';

/** What tells more about a row than the row: a command, or its own members. */
export function openRow(ui: UiState, context: UpdateContext): Updated {
  const selected = selectedRow(ui, context);
  if (selected === null) return noticed(ui, 'there is no row to open');
  const argv = ui.isReplay ? null : askedOf(ui.focus, selected);
  if (argv !== null) return run(ui, argv);
  return text(ui, titleOf(ui.focus, selected), linesOf(ui.focus, selected, context));
}

export function explainRow(ui: UiState, context: UpdateContext): Updated {
  const selected = selectedRow(ui, context);
  if (selected === null) return noticed(ui, 'there is no row to explain');
  const argv = askedOf(ui.focus, selected);
  return argv?.[0] === 'explain' && !ui.isReplay ? run(ui, argv) : openRow(ui, context);
}

export function copyRow(ui: UiState, context: UpdateContext): Updated {
  const selected = selectedRow(ui, context);
  if (selected === null) return noticed(ui, 'there is no row to copy');
  return only(ui, { kind: 'copy', text: JSON.stringify(selected.row) });
}

function run(ui: UiState, argv: readonly string[]): Updated {
  const title = commandLine(argv);
  const { ui: reading } = text(ui, title, ['reading ...']);
  return only(reading, { kind: 'run', title, argv });
}

function text(ui: UiState, title: string, lines: readonly string[]): Updated {
  return only({ ...ui, overlay: { kind: 'text', title, lines, top: 0 } });
}

const ID_OF: Partial<Record<ListName, string>> = {
  codes: 'code',
  blocks: 'decisionId',
  fills: 'fillId',
  orders: 'orderId',
};

function askedOf(list: ListName, { row }: ListRow): readonly string[] | null {
  const member = (name: string) => String(Reflect.get(Object(row), name));
  if (list === 'streams') return ['streams', 'tail', member('name'), '--count', TAIL_ENTRIES];
  const id = ID_OF[list];
  return id === undefined ? null : ['explain', member(id)];
}

function titleOf(list: ListName, { key }: ListRow): string {
  return `${list}: ${key}`;
}

function linesOf(list: ListName, { row }: ListRow, { nowMs }: UpdateContext): readonly string[] {
  if (list === 'findings') return findingLines(row as FindingRow);
  if (list === 'stages') return stageLines(row as StageRow, nowMs);
  return JSON.stringify(row, null, 2).split('\n');
}

function findingLines({ id, level, status, says, why, remedy }: FindingRow): readonly string[] {
  return [
    `${status}  ${level}  ${id}`,
    '',
    says,
    ...(why === '' ? [] : ['', `why it matters: ${why}`]),
    ...(remedy === '' ? [] : ['', `do: ${remedy}`]),
  ];
}

function stageLines(stage: StageRow, nowMs: number): readonly string[] {
  const seen = (count: number | null, atMs: number | null) =>
    `${count ?? 'no data'}, newest ${agoText(atMs, nowMs)}`;
  return [
    `${stage.name}: ${stage.word}`,
    stage.reason,
    '',
    `causes  ${seen(stage.causes, stage.causeAtMs)}`,
    `effects ${seen(stage.effects, stage.effectAtMs)}`,
  ];
}

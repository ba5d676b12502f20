import { nearest } from '../../config/nearest.js';
import { EXIT, OperatorError } from '../../operator-error.js';
import { plainText } from '../../view/plain-text.js';
import type { Column } from '../tables/text-table.js';

/** How one member of a row is shown as a column. */
export interface RowField<Row> extends Omit<Column, 'title'> {
  /** The member's own name where there is none. */
  readonly title?: string;
  /** In the text form only when --fields names it. */
  readonly hidden?: true;
  readonly text: (row: Row, nowMs: number) => string;
}

/**
 * The one description of a command's rows: members of the JSON form and columns of the text form,
 * in the order of the columns. The type keeps it complete.
 */
export type RowFields<Row> = { readonly [Name in keyof Row & string]-?: RowField<Row> };

/** What of the rows is shown, in text and as JSON alike. */
export interface ChosenFields<Row> {
  readonly columns: readonly Column[];
  cells(row: Row, nowMs: number): readonly string[];
  /** The whole row where nothing was chosen. */
  pick(row: Row): unknown;
}

/**
 * @param names from --fields, in the order in which they are wanted; none is all
 * @throws OperatorError (exit 2) for a name that the rows do not have
 */
export function chooseFields<Row extends object>(
  command: string,
  fields: RowFields<Row>,
  names: readonly string[],
): ChosenFields<Row> {
  const all = new Map<string, RowField<Row>>(Object.entries(fields));
  const unknown = names.find((name) => !all.has(name));
  if (unknown !== undefined) throw unknownField(command, unknown, [...all.keys()]);
  const shown = [...all].filter(([, { hidden }]) => hidden !== true).map(([name]) => name);
  const chosen = (names.length === 0 ? shown : [...new Set(names)]).flatMap((name) => {
    const field = all.get(name);
    return field === undefined ? [] : [{ ...field, title: field.title ?? name, name }];
  });
  return {
    columns: chosen,
    cells: (row, nowMs) => chosen.map(({ text }) => text(row, nowMs)),
    pick: (row) => {
      if (names.length === 0) return row;
      const members = new Map<string, unknown>(Object.entries(row));
      return Object.fromEntries(chosen.map(({ name }) => [name, members.get(name) ?? null]));
    },
  };
}

function unknownField(command: string, name: string, known: readonly string[]): OperatorError {
  const meant = nearest(name, known);
  const help = `cdb ${command} --fields ${known.slice(0, 2).join(',')}`;
  return new OperatorError({
    code: 'CDB-E0002',
    what: `Unknown field "${plainText(name)}" in --fields`,
    why: `the fields of cdb ${command} are ${known.join(', ')}`,
    todo: meant === undefined ? help : `did you mean ${meant}? ${help}`,
    exit: EXIT.USAGE,
  });
}

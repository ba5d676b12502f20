import type { BoardTable, CellContext, TextColumn } from '../table.js';
import { patternFault } from './pattern-fault.js';

/** Longer texts are looked at so far: a pattern must not hold up the screen. */
const CELL_CHARS_MAX = 120;
const WORDS_MAX = 8;

export interface RowFilter<Row> {
  readonly matches: (row: Row, context: CellContext) => boolean;
  /** What is wrong with it, for people; empty when nothing is. With a fault every row matches. */
  readonly fault: string;
}

interface Word<Row> {
  readonly columns: readonly TextColumn<Row>[];
  readonly isInverse: boolean;
  readonly pattern: RegExp;
}

/**
 * `BTC`, `!BTC`, `code:RC_002`, `!code:RC_002`; of several words all must match. Each is a regular
 * expression without regard to case; a column is known by the start of its name.
 */
export function rowFilter<Row>(table: BoardTable<Row>, filter: string): RowFilter<Row> {
  const typed = filter.split(/\s+/).filter((word) => word !== '' && word !== '!');
  if (typed.length > WORDS_MAX) return faulty(`at most ${WORDS_MAX} words`);
  const words: Word<Row>[] = [];
  for (const text of typed) {
    const word = readWord(table, text);
    if (typeof word === 'string') return faulty(word);
    words.push(word);
  }
  return {
    fault: '',
    matches: (row, context) =>
      words.every(({ columns, isInverse, pattern }) => {
        const isFound = columns.some((column) =>
          pattern.test(column.text(row, context).slice(0, CELL_CHARS_MAX)),
        );
        return isFound !== isInverse;
      }),
  };
}

export function textColumns<Row>(table: BoardTable<Row>): readonly TextColumn<Row>[] {
  return table.columns.filter((column): column is TextColumn<Row> => 'text' in column);
}

function readWord<Row>(table: BoardTable<Row>, typed: string): Word<Row> | string {
  const isInverse = typed.startsWith('!');
  const word = isInverse ? typed.slice(1) : typed;
  const all = textColumns(table);
  const [, field = '', rest = ''] = /^([a-z][a-z0-9]*):(.*)$/i.exec(word) ?? [];
  const column = all.find(({ name }) => field !== '' && name.startsWith(field.toLowerCase()));
  if (field !== '' && column === undefined) {
    return `no column "${field}" here; there are ${all.map(({ name }) => name).join(', ')}`;
  }
  const source = column === undefined ? word : rest;
  const fault = patternFault(source);
  if (fault !== '') return fault;
  return {
    columns: column === undefined ? all : [column],
    isInverse,
    pattern: new RegExp(source, 'i'),
  };
}

function faulty<Row>(fault: string): RowFilter<Row> {
  return { matches: () => true, fault };
}

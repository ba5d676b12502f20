import { describe, expect, it } from 'vitest';
import { placeColumns } from '../../../../src/tui/layout/table-columns.js';
import { tableLines } from '../../../../src/tui/layout/table-lines.js';
import { cut } from '../../../../src/tui/text/fit.js';
import type { BoardTable, CellContext } from '../../../../src/view/board/table.js';
import { BOARD_LISTS } from '../../../../src/view/board/tables/board-lists.js';
import { LATENCIES_TABLE } from '../../../../src/view/board/tables/stages-tables.js';
import { BOARD_NOW_MS, fakeBoard, hostileBoard } from '../../../fakes/fake-board.js';
import { lineText } from '../../../fakes/screen-text.js';

const BOARDS = { normal: fakeBoard(), hostile: hostileBoard() };

describe.each(Object.entries(BOARDS))('every table of a %s board', (_name, board) => {
  it.each([30, 56, 78, 118, 198])(
    'shows every value of the columns that have room (%i)',
    (cells) => {
      for (const times of ['relative', 'absolute'] as const) {
        const context = { nowMs: BOARD_NOW_MS, times };
        const { codes, streams, blocks, fills, orders, stages } = BOARD_LISTS;
        const { engines, findings, control, audit, logs, events } = BOARD_LISTS;
        check(streams.table, streams.rows(board), { cells, context });
        check(codes.table, codes.rows(board), { cells, context });
        check(blocks.table, blocks.rows(board), { cells, context });
        check(fills.table, fills.rows(board), { cells, context });
        check(orders.table, orders.rows(board), { cells, context });
        check(stages.table, stages.rows(board), { cells, context });
        check(engines.table, engines.rows(board), { cells, context });
        check(findings.table, findings.rows(board), { cells, context });
        check(control.table, control.rows(board), { cells, context });
        check(audit.table, audit.rows(board), { cells, context });
        check(logs.table, logs.rows(board), { cells, context });
        check(events.table, events.rows(board), { cells, context });
        check(LATENCIES_TABLE, board.stages.value?.latencies ?? null, { cells, context });
      }
    },
  );
});

describe('a number or a time', () => {
  it('is never cut in the tables of the board', () => {
    const board = fakeBoard();
    for (const times of ['relative', 'absolute'] as const) {
      const context = { nowMs: BOARD_NOW_MS, times };
      const { streams, fills, engines, stages } = BOARD_LISTS;
      uncut(streams.table, streams.rows(board), context);
      uncut(fills.table, fills.rows(board), context);
      uncut(engines.table, engines.rows(board), context);
      uncut(stages.table, stages.rows(board), context);
    }
  });
});

interface Look {
  readonly cells: number;
  readonly context: CellContext;
}

function check<Row>(table: BoardTable<Row>, rows: readonly Row[] | null, look: Look): void {
  const { cells, context } = look;
  const shown = rows ?? [];
  expect(shown.length).toBeGreaterThan(0);
  const lines = tableLines({
    ...{ table, rows: shown, columns: cells, room: shown.length, hasHeader: false, context },
    ...{ selected: -1, isFocused: false, isDim: false, sort: null },
  }).map(lineText);
  const { placed } = placeColumns(table, cells - 1);
  for (const [at, row] of shown.entries()) {
    for (const { column, cells: width } of placed) {
      if ('text' in column)
        expect(lines[at]).toContain(cut(column.text(row, context), width).trim());
    }
  }
}

function uncut<Row>(
  table: BoardTable<Row>,
  rows: readonly Row[] | null,
  context: CellContext,
): void {
  for (const column of table.columns) {
    if (!('text' in column) || column.align !== 'right') continue;
    for (const row of rows ?? []) {
      expect(column.text(row, context).length).toBeLessThanOrEqual(column.width);
    }
  }
}

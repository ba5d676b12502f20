import type { Board } from '../../view/board/board.js';
import { freshnessOf, type Section } from '../../view/board/section.js';
import { sparkline } from '../../view/board/sparkline.js';
import type { BoardColumn, CellContext } from '../../view/board/table.js';
import {
  BOARD_LISTS,
  type BoardList,
  type BoardListName,
} from '../../view/board/tables/board-lists.js';
import { VIEW_LISTS } from '../../view/board/view-lists.js';
import { whenRead } from '../../view/board/when-read.js';
import { toWire } from '../../view/board/wire.js';
import { agoText, durationText, utcText } from '../../view/age.js';
import { plainText } from '../../view/plain-text.js';
import type { ViewName } from '../../view/screen-names.js';
import type { ScreenCall } from '../dashboard/dashboard-services.js';
import { orAborted } from '../follow/or-aborted.js';
import { envelope } from '../output/envelope.js';
import { EXIT_OF, StopRequest } from '../run/stop-request.js';
import { textTable } from '../tables/text-table.js';
import { Screen } from './screen.js';

/** Newest rows that a list shows of more. */
const ROWS_MAX = 30;

interface Watched {
  readonly view: ViewName;
  readonly everyMs: number;
}

/** A view of the dashboard as text, again and again until Ctrl-C: the same board, the same columns. */
export async function watchView({ view, everyMs }: Watched, call: ScreenCall): Promise<number> {
  const { options, io, services } = call;
  const source = await services.boardSource(options, io, { intervalMs: everyMs });
  const stop = new StopRequest(io);
  const screen = new Screen(io);
  const watch = async (): Promise<number> => {
    // The first lines should say something.
    await whenRead(source, (board) => sectionsOf(view, board), stop.signal);
    for (;;) {
      if (stop.cause !== null) return EXIT_OF[stop.cause];
      const board = source.board();
      const shown =
        io.outputFormat === 'text'
          ? viewText(view, board, { nowMs: io.nowMs(), everyMs })
          : `${envelope('watch', viewData(view, board), io.nowMs())}\n`;
      await orAborted(screen.show(shown), stop.signal);
      await services.pause(everyMs, stop.signal);
    }
  };
  try {
    return await stop.orForced(watch());
  } finally {
    screen.end();
    stop.forget();
    await source.close();
  }
}

function sectionsOf(view: ViewName, board: Board): readonly Section<unknown>[] {
  return VIEW_LISTS[view].flatMap((name) => BOARD_LISTS[name].section(board) ?? []);
}

function viewText(
  view: ViewName,
  board: Board,
  { nowMs, everyMs }: { readonly nowMs: number; readonly everyMs: number },
): string {
  const head = `${utcText(nowMs)}   every ${durationText(everyMs)}, Ctrl-C ends this   ${board.where}`;
  const lists = VIEW_LISTS[view].map((name) => `\n${listText(name, board, nowMs)}`);
  return `${plainText(head)}\n${lists.join('')}`;
}

function listText(name: BoardListName, board: Board, nowMs: number): string {
  const list: BoardList<never> = BOARD_LISTS[name] as unknown as BoardList<never>;
  const rows = list.rows(board);
  const title = `${name}   ${evidence(list.section(board), nowMs)}`;
  if (rows === null) return `${plainText(title)}\n`;
  const { columns } = list.table;
  const context: CellContext = { nowMs, times: 'relative' };
  const cells = rows
    .slice(0, ROWS_MAX)
    .map((row) => columns.map((column) => cellText(column, row, context)));
  const more = rows.length > ROWS_MAX ? `... and ${rows.length - ROWS_MAX} more\n` : '';
  const table = textTable(columns, cells);
  return `${plainText(title)}\n${rows.length === 0 ? 'none\n' : table}${more}`;
}

function cellText(column: BoardColumn<never>, row: never, context: CellContext): string {
  return 'trend' in column ? sparkline(column.trend(row), column.width) : column.text(row, context);
}

/** Of what the dashboard saw itself there is none: it is as new as the screen. */
function evidence(section: Section<unknown> | null, nowMs: number): string {
  if (section === null) return '';
  const { asOfMs, down, source } = section;
  const why =
    down === null
      ? ''
      : `, ${source} is down for ${durationText(nowMs - down.sinceMs)}: ${down.why}`;
  if (asOfMs === null) return `no data yet${why}`;
  const word = freshnessOf(section, nowMs) === 'stale' ? 'STALE, ' : '';
  return `${word}as of ${agoText(asOfMs, nowMs)}${why}`;
}

function viewData(view: ViewName, board: Board): unknown {
  const lists = VIEW_LISTS[view].map((name) => {
    const list = BOARD_LISTS[name];
    const section = list.section(board);
    const asOfMs = section === null ? board.atMs : section.asOfMs;
    return [name, { asOfMs, down: section?.down ?? null, rows: list.rows(board) }] as const;
  });
  return toWire({ view, where: board.where, ...Object.fromEntries(lists) });
}

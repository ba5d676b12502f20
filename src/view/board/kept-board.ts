import type { Board } from './board.js';
import type { Section } from './section.js';

/** More than a screen shows of a list; what is beyond makes a moment several times as large. */
export const ROWS_KEPT_MAX = 50;

/** What is kept of a moment to go back to: the newest rows of each list, and everything else. */
export function keptBoard(board: Board): Board {
  const { blocks, fills, ledger, log, events } = board;
  return {
    ...board,
    blocks: withValue(blocks, (value) => ({ ...value, rows: newest(value.rows) })),
    fills: withValue(fills, (value) => ({
      ...value,
      fills: newest(value.fills),
      orders: newest(value.orders),
    })),
    ledger: withValue(ledger, newest),
    log: withValue(log, newest),
    events: newest(events),
  };
}

function withValue<T>(section: Section<T>, keep: (value: T) => T): Section<T> {
  return section.value === null ? section : { ...section, value: keep(section.value) };
}

/** All of these lists have the newest row first. */
function newest<Row>(rows: readonly Row[]): readonly Row[] {
  return rows.slice(0, ROWS_KEPT_MAX);
}

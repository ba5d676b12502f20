import type { BoardTable } from '../table.js';

/** Where the selected row is now; the first where it is gone or none was chosen, -1 of no rows. */
export function selectedIndex<Row>(
  { key }: Pick<BoardTable<Row>, 'key'>,
  rows: readonly Row[],
  selectedKey: string | null,
): number {
  if (rows.length === 0) return -1;
  const found = selectedKey === null ? -1 : rows.findIndex((row) => key(row) === selectedKey);
  return Math.max(0, found);
}

/** First row of a window of `room` rows that shows the selected one, in its middle where it can. */
export function windowTop(selected: number, total: number, room: number): number {
  const middle = selected - Math.floor(room / 2);
  return Math.max(0, Math.min(middle, total - room));
}

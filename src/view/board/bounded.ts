/** Of one text on the board; whoever draws it cuts it to its cell anyway. */
const TEXT_CHARS_MAX = 2_000;
/** Of one list. */
export const ROWS_MAX = 500;

/** Foreign text stays as it is (the screen's writer makes it plain), but not as long as it likes. */
export function boundedText(text: string): string {
  return text.length <= TEXT_CHARS_MAX ? text : `${text.slice(0, TEXT_CHARS_MAX - 1)}…`;
}

export function boundedRows<T>(rows: readonly T[]): readonly T[] {
  return rows.length <= ROWS_MAX ? rows : rows.slice(0, ROWS_MAX);
}

const SYMBOL_LENGTH_MAX = 20;
/** Upper case; scripts without case count as upper case, because venues do list such symbols. */
const SYMBOL = /^[\p{Lu}\p{Lo}0-9._-]{3,20}$/u;
const NOT_SYMBOL = /[^\p{L}0-9._-]/gu;

export function isTradeSymbol(text: string): boolean {
  return SYMBOL.test(text);
}

/** A refused symbol in a form that is safe to store and to print: short, no control characters. */
export function printableSymbol(text: string): string {
  if (isTradeSymbol(text)) return text;
  // Cut first: the text may be a megabyte long. A code point has at most two units.
  const shown = Array.from(text.slice(0, 2 * SYMBOL_LENGTH_MAX)).slice(0, SYMBOL_LENGTH_MAX);
  return shown.join('').replace(NOT_SYMBOL, '?');
}

import type { Trend } from '../../view/board/board.js';
import { finite, GAP, highest } from '../../view/board/sparkline.js';

/** Bits of a braille character: the left and the right column of dots, from the bottom. */
const LEFT = [0x40, 0x04, 0x02, 0x01] as const;
const RIGHT = [0x80, 0x20, 0x10, 0x08] as const;
const DOTS = LEFT.length;

/**
 * Bars of dots, two values in each cell, as many values as fit or each several times; from the top
 * row down. A measured 0 is one dot, no data a gap.
 */
export function dotChart(
  trend: Trend,
  { cells, rows }: { readonly cells: number; readonly rows: number },
): readonly string[] {
  if (cells < 1) return Array.from({ length: rows }, () => '');
  const values = stretched(trend.slice(-2 * cells).map(finite), 2 * cells);
  const top = highest(values);
  const heights = values.map((value) => dotsOf(value, { top, dots: rows * DOTS }));
  return Array.from({ length: rows }, (_, row) => {
    const base = (rows - 1 - row) * DOTS;
    const chars = Array.from({ length: cells }, (_unused, cell) => {
      const [left = null, right = null] = heights.slice(2 * cell, 2 * cell + 2);
      if (left === null && right === null) return row === rows - 1 ? GAP : ' ';
      const bits = column(LEFT, (left ?? 0) - base) | column(RIGHT, (right ?? 0) - base);
      return bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits);
    });
    return chars.join('');
  });
}

function dotsOf(
  value: number | null,
  { top, dots }: { readonly top: number; readonly dots: number },
): number | null {
  if (value === null) return null;
  return top <= 0 || value <= 0 ? 1 : 1 + Math.ceil((value / top) * (dots - 1));
}

function column(bits: readonly number[], height: number): number {
  return bits.reduce((sum, bit, at) => (at < height ? sum | bit : sum), 0);
}

function stretched(values: Trend, length: number): Trend {
  const times = values.length === 0 ? 0 : Math.floor(length / values.length);
  const wide = values.flatMap((value) => Array.from({ length: times }, () => value));
  return [...Array.from({ length: length - wide.length }, () => null), ...wide];
}

import type { Trend } from './board.js';

const LEVELS = '▁▂▃▄▅▆▇█';
/** No data; the lowest level is a measured 0. */
export const GAP = '·';

/** Trends are drawn again and again until the next one is read. */
const drawn = new WeakMap<Trend, Map<number, string>>();

/** The newest `cells` values, the newest last; the highest of them has the highest level. */
export function sparkline(trend: Trend, cells: number): string {
  const known = drawn.get(trend) ?? new Map<number, string>();
  const found = known.get(cells);
  if (found !== undefined) return found;
  const text = draw(trend, cells);
  drawn.set(trend, known.set(cells, text));
  return text;
}

function draw(trend: Trend, cells: number): string {
  if (cells < 1) return '';
  const values = trend.slice(-cells).map(finite);
  const top = highest(values);
  const marks = values.map((value) => (value === null ? GAP : level(value, top)));
  return GAP.repeat(cells - marks.length) + marks.join('');
}

function level(value: number, top: number): string {
  const share = top <= 0 ? 0 : Math.max(0, value) / top;
  return LEVELS.charAt(Math.round(share * (LEVELS.length - 1)));
}

export function finite(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value;
}

export function highest(values: Trend): number {
  return values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
}

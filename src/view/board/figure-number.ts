import type { Figure } from '../figure.js';

/** For a section of the board, whose age stands for that of the figure; null is "no data". */
export function figureNumber(figure: Figure<number>): number | null {
  const { value } = figure.toJSON();
  return typeof value === 'number' ? value : null;
}

import type { ExposureFigures } from './facts.js';

const DIFFERENCE_MAX = 0.01;
/** Below this a figure is dust, and shares of it say nothing. */
export const DUST_USDT = 1;

export interface ExposurePlaces {
  readonly known: readonly { readonly name: string; readonly usdt: number }[];
  readonly least: number;
  readonly most: number;
  readonly differs: boolean;
}

/** What each place says, and whether they differ by more than prices and rounding can. */
export function exposurePlaces(exposure: ExposureFigures): ExposurePlaces {
  const places = [
    { name: 'risk', usdt: exposure.memoryUsdt },
    { name: 'positions', usdt: exposure.positionsUsdt },
    { name: 'orders', usdt: exposure.ordersUsdt },
  ];
  const known = places.flatMap(({ name, usdt }) => (usdt === null ? [] : [{ name, usdt }]));
  const amounts = known.map(({ usdt }) => usdt);
  const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
  const differs = known.length > 1 && most - least > Math.max(DUST_USDT, most * DIFFERENCE_MAX);
  return { known, least, most, differs };
}

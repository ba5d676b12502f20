import fc from 'fast-check';
import { seededUnit } from '../../../src/engine/domain/seeded.js';

/** Random choices that are the same in every run, for fuzzers too quick for fast-check. */
export interface Draws {
  readonly seed: number;
  /** An integer from 0 to below `count`. */
  readonly below: (count: number) => number;
  readonly pick: <Item>(items: readonly Item[]) => Item;
  readonly bytes: (count: number) => Buffer;
}

/** Seeded as the properties are: see test/property-seed.ts. */
export function draws(): Draws {
  const seed = fc.readConfigureGlobal().seed ?? Date.now();
  let count = 0;
  const below = (limit: number): number => {
    count += 1;
    return Math.floor(seededUnit(seed, count, 0) * limit);
  };
  return {
    seed,
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    bytes: (size) => Buffer.from(Array.from({ length: size }, () => below(256))),
  };
}

import { spreadOf } from '../../src/commands/kill-switch/drill-figures.js';

/** Of figures in ms, with their count. */
export function spread(values: readonly number[]) {
  return { n: values.length, ...spreadOf(values) };
}

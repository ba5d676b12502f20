import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sampleMissing } from './feed-errors.js';

const SAMPLE = join('data', 'sample', 'binance-futures-btcusdt-20200222.csv.gz');
/** From the sources as from the bundle the package root is at most this many folders up. */
const LEVELS_MAX = 5;

/** The two hours of real trades that come with cdb. */
export function sampleFile(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const path = join(folder, SAMPLE);
    if (existsSync(path)) return path;
    folder = dirname(folder);
  }
  throw sampleMissing();
}

import { join } from 'node:path';
import { shippedFile } from '../shipped-file.js';
import { sampleMissing } from './feed-errors.js';

const SAMPLE = join('data', 'sample', 'binance-futures-btcusdt-20200222.csv.gz');

/** The two hours of real trades that come with cdb. */
export function sampleFile(): string {
  const path = shippedFile(SAMPLE);
  if (path === null) throw sampleMissing();
  return path;
}

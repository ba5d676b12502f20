import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PROJECT } from './engine-process.js';

const SAMPLE = join(PROJECT, 'data/sample/binance-futures-btcusdt-20200222.csv.gz');
/** Beyond the two hours of the recording, in whole minutes. */
const SHIFT_MS = 126 * 60_000;

/** Header and rows of the sample, as text. */
export function sampleRows(): { readonly header: string; readonly rows: readonly string[] } {
  const [header = '', ...rows] = gunzipSync(readFileSync(SAMPLE)).toString().trim().split('\n');
  return { header, rows };
}

/** The sample again and again, each time later, for what two hours are too short for. */
export function writeLongerSample(path: string, times: number): void {
  const { header, rows } = sampleRows();
  const at = header.split(',').indexOf('ts_ms');
  const lines = [header];
  for (let n = 0; n < times; n += 1) {
    for (const row of rows) {
      const cells = row.split(',');
      cells[at] = String(Number(cells[at]) + n * SHIFT_MS);
      lines.push(cells.join(','));
    }
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

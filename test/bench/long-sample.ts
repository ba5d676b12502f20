import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const SAMPLE = 'data/sample/binance-futures-btcusdt-20200222.csv.gz';
/** Beyond the two hours of the sample, in whole minutes. */
const SHIFT_MS = 126 * 60_000;

/**
 * The sample again and again, later.
 * @returns the path of the file, below `directory`
 */
export function longSample(directory: string, times: number): string {
  const [header = '', ...rows] = gunzipSync(readFileSync(SAMPLE)).toString().trim().split('\n');
  const names = header.split(',');
  const [time, id] = [names.indexOf('ts_ms'), names.indexOf('trade_id')];
  const path = join(directory, 'trades.csv');
  writeFileSync(path, `${header}\n`, { mode: 0o644 });
  for (let copy = 0; copy < times; copy += 1) {
    const lines = rows.map((row) => {
      const cells = row.split(',');
      const later = cells.with(time, String(Number(cells[time]) + copy * SHIFT_MS));
      return `${(id < 0 ? later : later.with(id, `${copy}${cells[id] ?? ''}`)).join(',')}\n`;
    });
    appendFileSync(path, lines.join(''));
  }
  return path;
}

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DUE_MAX, type SourceTrade, type TradeSource } from './trade-source.js';

export interface ReplayOptions {
  /** CSV `ts_ms,symbol,price,qty,side,trade_id`, gzip-compressed. */
  readonly path: string;
  /** Only these; all of the file by default. */
  readonly symbols?: readonly string[];
  /** Recorded milliseconds per elapsed millisecond. */
  readonly speed?: number;
  /** So much of the market, in elapsed ms, lies before the start. */
  readonly historyMs?: number;
  /** Begin again at the end, with ids counted on. */
  readonly repeat?: boolean;
}

interface RecordedTrade extends Omit<SourceTrade, 'atMs'> {
  readonly recordedAtMs: number;
}

export function replayTrades(options: ReplayOptions): TradeSource {
  const { speed = 1, historyMs = 0, repeat = false } = options;
  const all = readTradesFile(options.path);
  const wanted = options.symbols ?? [...new Set(all.map((trade) => trade.symbol))];
  const trades = all.filter((trade) => wanted.includes(trade.symbol));
  const first = trades[0];
  const last = trades.at(-1);
  if (first === undefined || last === undefined) {
    throw new Error(`no trades of ${wanted.join(', ')} in ${options.path}`);
  }
  // One more millisecond, so that a repeated file never puts two ends on one time.
  const spanMs = (last.recordedAtMs - first.recordedAtMs) / speed + 1;
  const rows = new Map(wanted.map((symbol) => [symbol, 0n]));
  for (const { symbol } of trades) rows.set(symbol, (rows.get(symbol) ?? 0n) + 1n);
  let index = 0;
  let round = 0;
  const next = (): SourceTrade | undefined => {
    const trade = trades[index];
    if (trade === undefined) return undefined;
    const { recordedAtMs, ...rest } = trade;
    const atMs = (recordedAtMs - first.recordedAtMs) / speed - historyMs + round * spanMs;
    return { ...rest, atMs, id: trade.id + BigInt(round) * (rows.get(trade.symbol) ?? 0n) };
  };
  return {
    symbols: wanted,
    due: (elapsedMs) => {
      const due: SourceTrade[] = [];
      for (;;) {
        const trade = next();
        if (trade === undefined || trade.atMs > elapsedMs || due.length === DUE_MAX) return due;
        due.push(trade);
        index += 1;
        if (index === trades.length && repeat) {
          index = 0;
          round += 1;
        }
      }
    },
  };
}

function readTradesFile(path: string): readonly RecordedTrade[] {
  const [header, ...lines] = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  if (header !== 'ts_ms,symbol,price,qty,side,trade_id')
    throw new Error(`${path}: ${header ?? ''}`);
  return lines.map((line) => {
    const [tsMs = '', symbol = '', price = '', quantity = '', side, id = ''] = line.split(',');
    if (side !== 'buy' && side !== 'sell') throw new Error(`${path}: ${line}`);
    return { symbol, price, quantity, side, id: BigInt(id), recordedAtMs: Number(tsMs) };
  });
}

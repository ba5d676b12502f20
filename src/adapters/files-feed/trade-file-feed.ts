import { basename } from 'node:path';
import type { TradeObserved } from '../../engine/domain/inputs.js';
import type { Feed } from '../../engine/ports/feed.js';
import { symbolsAbsent } from './feed-errors.js';
import { identifyFile } from './file-identity.js';
import { fileRows } from './file-rows.js';

interface TradeFileOptions {
  /** Only these symbols, as they are written in the file; none = all. */
  readonly symbols?: readonly string[];
}

/** Changes when the same bytes would give other trades, so that no run is resumed across that. */
const FORMAT_VERSION = 1;
/** How many symbols an error message lists. */
const SYMBOLS_LISTED_MAX = 20;

/**
 * Trades from a csv, csv.gz, ndjson or ndjson.gz file. Reads the file once to identify it by
 * content, and its first rows to see that they are trades.
 * Throws OperatorError when the file can't be read or is no trades file.
 */
export async function openTradeFileFeed(
  path: string,
  options: TradeFileOptions = {},
): Promise<Feed> {
  const file = await identifyFile(path);
  const symbols = [...new Set(options.symbols ?? [])].sort();
  await readFirstRows(path);
  return {
    identity: `file;v${FORMAT_VERSION};sha256=${file.sha256}${symbolFilter(symbols)}`,
    description: describeFile(path, symbols),
    finite: true,
    inputs: async function* (skip, signal) {
      await file.assertUnchanged();
      yield* selectedTrades(path, symbols, skip, signal);
    },
    health: () => null,
  };
}

/** The part of a feed's identity that says what was left out of the file. */
export function symbolFilter(symbols: readonly string[]): string {
  return symbols.length === 0 ? '' : `;symbols=${symbols.join(',')}`;
}

export function describeFile(path: string, symbols: readonly string[]): string {
  const name = basename(path);
  return symbols.length === 0 ? name : `${name}, only ${symbols.join(', ')}`;
}

async function* selectedTrades(
  path: string,
  symbols: readonly string[],
  skip: number,
  signal: AbortSignal,
): AsyncGenerator<readonly TradeObserved[]> {
  const wanted = new Set(symbols);
  const present = new Set<string>();
  let selected = 0;
  let matched = false;
  for await (const rows of fileRows(path)) {
    if (signal.aborted) return;
    // A row without a symbol may be anybody's: it is passed on, so that it is counted.
    const trades =
      wanted.size === 0 ? rows : rows.filter(({ symbol }) => wanted.has(symbol) || symbol === '');
    matched ||= trades.some(({ symbol }) => symbol !== '');
    if (!matched) noteSymbols(present, rows);
    const fresh = trades.slice(Math.max(0, skip - selected));
    selected += trades.length;
    if (fresh.length > 0) yield fresh;
  }
  if (wanted.size > 0 && !matched && !signal.aborted) {
    throw symbolsAbsent(path, symbols, [...present].sort());
  }
}

function noteSymbols(present: Set<string>, rows: readonly TradeObserved[]): void {
  for (const { symbol } of rows) {
    if (present.size >= SYMBOLS_LISTED_MAX) return;
    if (symbol !== '' && symbol.length <= SYMBOLS_LISTED_MAX) present.add(symbol);
  }
}

async function readFirstRows(path: string): Promise<void> {
  for await (const rows of fileRows(path)) {
    if (rows.length > 0) return;
  }
}

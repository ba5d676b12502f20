import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { TradeObserved } from '../../engine/domain/inputs.js';
import type { Feed } from '../../engine/ports/feed.js';
import { fileChanged, fileUnreadable, notARegularFile, symbolsAbsent } from './feed-errors.js';
import { fileRows } from './file-rows.js';
import { sampleFile } from './sample-file.js';

interface TradeFileOptions {
  /** Only these symbols, as they are written in the file; none = all. */
  readonly symbols?: readonly string[];
}

/** Changes when the same bytes would give other trades, so that no run is resumed across that. */
const FORMAT_VERSION = 1;
/** How many symbols an error message lists. */
const SYMBOLS_LISTED_MAX = 20;

/**
 * Trades from a csv, csv.gz, ndjson or ndjson.gz file, or the built-in `sample`. Reads the file
 * once to identify it by content, and its first rows to see that they are trades.
 * Throws OperatorError when the file can't be read or is no trades file.
 */
export async function openTradeFileFeed(
  file: string,
  options: TradeFileOptions = {},
): Promise<Feed> {
  const path = file === 'sample' ? sampleFile() : file;
  const stamp = await stampOf(path);
  const digest = await sha256Of(path);
  const symbols = [...new Set(options.symbols ?? [])].sort();
  await readFirstRows(path);
  return {
    identity: identityOf(digest, symbols),
    description: describe(file, path, symbols),
    finite: true,
    inputs: async function* (skip, signal) {
      if ((await stampOf(path)) !== stamp) throw fileChanged(path);
      yield* selectedTrades(path, symbols, skip, signal);
    },
    health: () => null,
  };
}

function identityOf(digest: string, symbols: readonly string[]): string {
  const filter = symbols.length === 0 ? '' : `;symbols=${symbols.join(',')}`;
  return `file;v${FORMAT_VERSION};sha256=${digest}${filter}`;
}

function describe(file: string, path: string, symbols: readonly string[]): string {
  const name = file === 'sample' ? `sample (${basename(path)})` : basename(path);
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

/** Size and time of change: enough to see that something still writes to the file. */
async function stampOf(path: string): Promise<string> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw fileUnreadable(path, cause);
  });
  if (!stats.isFile()) throw notARegularFile(path);
  return `${stats.size}:${stats.mtimeMs}`;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const source: AsyncIterable<Buffer> = createReadStream(path);
  try {
    for await (const chunk of source) hash.update(chunk);
  } catch (cause) {
    throw fileUnreadable(path, cause);
  }
  return hash.digest('hex');
}

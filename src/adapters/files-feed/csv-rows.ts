import { tradeRow, type TradeRow } from './trade-row.js';

/** Position of each wire field in a line; -1 = the file has no such column. */
interface CsvColumns {
  readonly tsMs: number;
  readonly symbol: number;
  readonly price: number;
  readonly qty: number;
  readonly side: number;
  readonly tradeId: number;
  readonly venue: number;
}

/** Column order of a file without a header line. */
export const DEFAULT_COLUMNS: CsvColumns = {
  tsMs: 0,
  symbol: 1,
  price: 2,
  qty: 3,
  side: 4,
  tradeId: 5,
  venue: -1,
};

/** Null when the line holds no column name and so is no header. */
export function readHeader(line: string): CsvColumns | null {
  const names = splitCsv(line).map((name) => name.trim().toLowerCase());
  const at = (...aliases: string[]): number =>
    aliases.map((alias) => names.indexOf(alias)).find((index) => index >= 0) ?? -1;
  const columns: CsvColumns = {
    tsMs: at('ts_ms'),
    symbol: at('symbol'),
    price: at('price'),
    qty: at('trade_qty', 'qty'),
    side: at('side'),
    tradeId: at('trade_id'),
    venue: at('venue', 'source'),
  };
  return Object.values(columns).every((index) => index < 0) ? null : columns;
}

/** Wire names of the columns without which no row is a trade. */
export function missingColumns(columns: CsvColumns): readonly string[] {
  const needed = [
    ['ts_ms', columns.tsMs],
    ['symbol', columns.symbol],
    ['price', columns.price],
    ['qty', columns.qty],
  ] as const;
  return needed.filter(([, index]) => index < 0).map(([name]) => name);
}

export function readCsvRow(line: string, columns: CsvColumns): TradeRow {
  const cells = splitCsv(line);
  return tradeRow({
    tsMs: cells[columns.tsMs] ?? '',
    symbol: cells[columns.symbol] ?? '',
    price: cells[columns.price] ?? '',
    qty: cells[columns.qty] ?? '',
    side: cells[columns.side] ?? '',
    tradeId: cells[columns.tradeId] ?? '',
    venue: cells[columns.venue] ?? '',
  });
}

const QUOTED_CELL = /("(?:[^"]|"")*"|[^,]*)(?:,|$)/gy;

export function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const cells: string[] = [];
  for (const [, cell = ''] of `${line},`.matchAll(QUOTED_CELL)) {
    cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
  }
  // The comma that was added ends the last cell; what the pattern finds behind it is no cell.
  return cells.slice(0, -1);
}

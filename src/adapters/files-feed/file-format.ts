import { DEFAULT_COLUMNS, missingColumns, readCsvRow, readHeader } from './csv-rows.js';
import { notATradesFile } from './feed-errors.js';
import { missingMembers, readNdjsonRow } from './ndjson-rows.js';
import type { TradeRow } from './trade-row.js';

export interface RowFormat {
  readonly name: 'csv' | 'ndjson';
  /** The first line names columns and is no row. */
  readonly hasHeader: boolean;
  readonly readRow: (line: string) => TradeRow;
}

const BYTE_ORDER_MARK = '\uFEFF';
const HEADERLESS_ROW = /^\d{1,17},[^,]*,[^,]*,/;

/**
 * Tells the format by the first lines, whatever the file is called. A damaged line among them is
 * no reason to refuse a file whose other lines are trades.
 * Throws OperatorError when no line is a trade and none names columns.
 */
export function detectFormat(path: string, lines: readonly (string | null)[]): RowFormat {
  const first = lines[0] ?? '';
  const readable = lines.filter((line) => line !== null && line !== '').map(withoutMark);
  const sample = readable[0];
  if (sample === undefined) {
    const why = lines.length === 0 ? 'it is empty' : 'its first lines are no readable text';
    throw notATradesFile(path, why);
  }
  if (sample.trimStart().startsWith('{')) return ndjson(path, readable);
  const header = readHeader(withoutMark(first));
  if (header !== null) {
    const missing = missingColumns(header);
    if (missing.length > 0) {
      throw notATradesFile(path, `its header has no column ${missing.join(', ')}`);
    }
    return { name: 'csv', hasHeader: true, readRow: (line) => readCsvRow(line, header) };
  }
  if (!readable.some((line) => HEADERLESS_ROW.test(line))) {
    throw notATradesFile(path, 'its first lines are neither a header, nor csv rows, nor JSON');
  }
  return { name: 'csv', hasHeader: false, readRow: (line) => readCsvRow(line, DEFAULT_COLUMNS) };
}

export function withoutMark(line: string | null): string {
  const text = line ?? '';
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function ndjson(path: string, lines: readonly string[]): RowFormat {
  const missing = lines.map(missingMembers).filter((names) => names !== null);
  if (!missing.some((names) => names.length === 0)) {
    const why =
      missing[0] === undefined
        ? 'its lines start like JSON but are no JSON objects'
        : `its JSON lines have no member ${missing[0].join(', ')}`;
    throw notATradesFile(path, why);
  }
  return { name: 'ndjson', hasHeader: false, readRow: readNdjsonRow };
}

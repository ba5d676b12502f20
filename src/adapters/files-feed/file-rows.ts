import { fileDamaged } from './feed-errors.js';
import { fileBytes, isByteFault } from './file-bytes.js';
import { detectFormat, withoutMark, type RowFormat } from './file-format.js';
import { lineCutter } from './lines.js';
import { unreadableRow, type TradeRow } from './trade-row.js';
import { trustedTime } from './trusted-time.js';

type Line = string | null;

/** How many lines the format is told by. */
const HEAD_LINES = 10;

/**
 * All rows of a trades file in order, each with its time of receipt. Throws OperatorError for a
 * file that is none, and for a damaged one after all complete rows before the damage.
 */
export async function* fileRows(path: string): AsyncGenerator<readonly TradeRow[]> {
  const cutter = lineCutter();
  const rows = rowReader(path);
  const time = trustedTime();
  let count = 0;
  for await (const item of fileBytes(path)) {
    if (isByteFault(item)) {
      // What stands behind the last line break is half a row.
      const last = rows.isEmpty() ? [] : rows.end([]);
      yield [...time.add(last), ...time.end()];
      throw fileDamaged(path, item.fault, { rows: count + last.length, bytes: item.bytes });
    }
    const fresh = rows.add(cutter.add(item));
    count += fresh.length;
    if (fresh.length > 0) yield time.add(fresh);
  }
  yield time.add(rows.end(cutter.end()));
  yield time.end();
}

interface RowReader {
  add(lines: readonly Line[]): readonly TradeRow[];
  end(lines: readonly Line[]): readonly TradeRow[];
  /** No line was added so far. */
  isEmpty(): boolean;
}

/** Holds lines back until there are enough to tell the format. */
function rowReader(path: string): RowReader {
  let head: Line[] | null = [];
  let format: RowFormat | null = null;

  const readAll = (lines: readonly Line[]): TradeRow[] => {
    const rows: TradeRow[] = [];
    for (const line of lines) {
      if (line === null) rows.push(unreadableRow());
      else if (line !== '' && format !== null) rows.push(format.readRow(line));
    }
    return rows;
  };
  const start = (lines: readonly Line[]): readonly TradeRow[] => {
    format = detectFormat(path, lines.slice(0, HEAD_LINES));
    head = null;
    const [first, ...others] = lines;
    if (format.hasHeader) return readAll(others);
    return readAll([typeof first === 'string' ? withoutMark(first) : null, ...others]);
  };
  return {
    add: (lines) => {
      if (head === null) return readAll(lines);
      head.push(...lines);
      return head.length < HEAD_LINES ? [] : start(head);
    },
    end: (lines) => (head === null ? readAll(lines) : start([...head, ...lines])),
    isEmpty: () => head !== null && head.length === 0,
  };
}

import { isAscii, isUtf8 } from 'node:buffer';

/** Cuts bytes into lines. `null` stands for a line that is too long or is not UTF-8. */
export interface LineCutter {
  add(bytes: Buffer): readonly (string | null)[];
  /** What stands behind the last line break, if the file ends as it should. */
  end(): readonly (string | null)[];
}

/** A trade needs about 100 bytes; a longer line is damage, and must not fill the memory. */
export const LINE_BYTES_MAX = 8 * 1024;
const LINE_FEED = 10;
const NOTHING = Buffer.alloc(0);

/** @param lineBytesMax longer lines are given as null */
export function lineCutter(lineBytesMax = LINE_BYTES_MAX): LineCutter {
  let rest: Buffer = NOTHING;
  let skipping = false;

  const add = (bytes: Buffer): readonly (string | null)[] => {
    let fresh = bytes;
    if (skipping) {
      const end = fresh.indexOf(LINE_FEED);
      if (end < 0) return [];
      skipping = false;
      fresh = fresh.subarray(end + 1);
    }
    const block = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
    const lastEnd = block.lastIndexOf(LINE_FEED);
    rest = block.subarray(lastEnd + 1);
    const lines = lastEnd < 0 ? [] : linesOf(block.subarray(0, lastEnd), lineBytesMax);
    if (rest.length <= lineBytesMax) return lines;
    rest = NOTHING;
    skipping = true;
    lines.push(null);
    return lines;
  };
  return {
    add,
    end: () => {
      const last = rest;
      rest = NOTHING;
      return last.length === 0 ? [] : [decode(last, lineBytesMax)];
    },
  };
}

function linesOf(block: Buffer, max: number): (string | null)[] {
  return isAscii(block) ? asciiLines(block.toString('latin1'), max) : byteLines(block, max);
}

/** The usual case, in one conversion for the whole block. */
function asciiLines(block: string, max: number): (string | null)[] {
  return block.split('\n').map((line) => (line.length > max ? null : withoutCr(line)));
}

function byteLines(block: Buffer, max: number): (string | null)[] {
  const lines: (string | null)[] = [];
  let from = 0;
  while (from <= block.length) {
    const found = block.indexOf(LINE_FEED, from);
    const end = found < 0 ? block.length : found;
    lines.push(decode(block.subarray(from, end), max));
    from = end + 1;
  }
  return lines;
}

function decode(line: Buffer, max: number): string | null {
  if (line.length > max || !isUtf8(line)) return null;
  return withoutCr(line.toString('utf8'));
}

function withoutCr(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

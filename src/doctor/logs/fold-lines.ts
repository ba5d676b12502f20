import type { LogLine } from './facts.js';

export interface FoldedLines {
  readonly lines: readonly LogLine[];
  /** Lines with neither time nor level that belong to no other line. */
  readonly unreadable: number;
}

const TRACEBACK = 'Traceback (most recent call last):';
const CHAINED = /^(?:During handling of the above|The above exception was)/;
const EXCEPTION = /^[A-Za-z_][\w.]*(?::\s|$)/;
/** What PostgreSQL says beside an error; it repeats what was asked, not what went wrong. */
const BESIDE = /\b(?:STATEMENT|DETAIL|HINT|CONTEXT|QUERY):\s/;
/** A text that begins so was raised and caught by nobody who says anything about it. */
export const UNCAUGHT = 'Traceback: ';

/** A traceback becomes part of the line that it belongs to: its last exception. */
export function foldLines(parsed: readonly LogLine[]): FoldedLines {
  const lines: LogLine[] = [];
  let unreadable = 0;
  let inTraceback = false;
  let cause: string | null = null;
  const endTraceback = (): void => {
    if (inTraceback && cause !== null) addCause(lines, cause);
    inTraceback = false;
    cause = null;
  };
  for (const line of parsed) {
    const isOwn = line.atMs !== null || line.level !== null;
    if (line.text === TRACEBACK || CHAINED.test(line.text)) {
      if (!inTraceback) cause = null;
      inTraceback = true;
    } else if (inTraceback && !isOwn && (/^\s/.test(line.text) || line.text === '')) {
      continue;
    } else if (inTraceback && !isOwn && EXCEPTION.test(line.text)) {
      cause = line.text;
    } else {
      endTraceback();
      if (isOwn && !BESIDE.test(line.text.slice(0, 200))) lines.push(line);
      else if (!isOwn && line.text !== '' && !/^\s/.test(line.text)) {
        unreadable += 1;
        lines.push(line);
      }
    }
  }
  endTraceback();
  return { lines, unreadable };
}

function addCause(lines: LogLine[], cause: string): void {
  const last = lines.at(-1);
  if (last?.level === 'error' || last?.level === 'fatal') {
    lines[lines.length - 1] = { ...last, text: `${last.text} | ${cause}` };
    return;
  }
  const text = `${UNCAUGHT}${cause}`;
  lines.push({ atMs: last?.atMs ?? null, level: 'error', logger: null, text });
}

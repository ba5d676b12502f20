/** A string, number or literal and what follows it. Sticky: matches only where reading stands. */
const MEMBER =
  /\s*("(?:[^"\\]|\\.)*")\s*:\s*(?:("(?:[^"\\]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|(?=[[{]))/y;
const NEXT = /\s*([,}])/y;
const BRACKETS_OR_STRING = /"(?:[^"\\]|\\.)*"|[[\]{}]/g;

/**
 * The top-level members of one JSON object as texts. Numbers keep the text of the source, because
 * a price that has been a float is not exact any more, and JSON.parse keeps no text. `null` reads
 * as ''. Nested values are passed over. @returns null when the line is not one JSON object
 */
export function readJsonMembers(line: string): ReadonlyMap<string, string> | null {
  const members = new Map<string, string>();
  let at = line.indexOf('{') + 1;
  if (at === 0 || line.slice(0, at).trim() !== '{') return null;
  if (line.slice(at).trim() === '}') return members;
  for (;;) {
    MEMBER.lastIndex = at;
    const match = MEMBER.exec(line);
    if (match === null) return null;
    const [, key = '', text, number, literal] = match;
    at = MEMBER.lastIndex;
    if ((text ?? number ?? literal) === undefined) {
      at = endOfNested(line, at);
      if (at < 0) return null;
    }
    const name = unquote(key);
    const value =
      text === undefined ? (number ?? (literal === 'null' ? '' : literal)) : unquote(text);
    if (name === null || value === null) return null;
    if (value !== undefined) members.set(name, value);
    NEXT.lastIndex = at;
    const next = NEXT.exec(line);
    if (next === null) return null;
    at = NEXT.lastIndex;
    if (next[1] === '}') return line.slice(at).trim() === '' ? members : null;
  }
}

/** Null when the text between the quotes is not valid JSON. */
function unquote(quoted: string): string | null {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  return parsedString(quoted);
}

function parsedString(quoted: string): string | null {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'string' ? value : null;
  } catch {
    // Bad escapes make the row unreadable; that is its caller's answer, not an error.
    return null;
  }
}

/** Index behind the nested object or array that starts at `from`; -1 when it is not closed. */
function endOfNested(line: string, from: number): number {
  BRACKETS_OR_STRING.lastIndex = from;
  let depth = 0;
  for (;;) {
    const match = BRACKETS_OR_STRING.exec(line);
    if (match === null) return -1;
    if (match[0] === '{' || match[0] === '[') depth += 1;
    if (match[0] === '}' || match[0] === ']') depth -= 1;
    if (depth === 0) return BRACKETS_OR_STRING.lastIndex;
  }
}

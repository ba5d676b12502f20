import type { EntryView } from '../../view/stream-page.js';
import { plainText } from '../../view/plain-text.js';

const INDENT = 2;

/** One field a line, in full; a value that is a JSON object or list is laid out member by member. */
export function entryText(stream: string, { id, fields }: EntryView): string {
  const names = Object.keys(fields).map(plainText);
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = Object.entries(fields).flatMap(([field, value]) => {
    const [first = '', ...rest] = valueLines(value);
    const label = plainText(field).padEnd(width);
    return [`  ${label}  ${first}`, ...rest.map((line) => `  ${' '.repeat(width)}  ${line}`)];
  });
  return [`${plainText(stream)} ${plainText(id)}`, ...lines, ''].join('\n');
}

function valueLines(value: string): readonly string[] {
  return (isJsonTree(value) ? laidOut(value) : [value]).map(plainText);
}

function isJsonTree(value: string): boolean {
  if (!/^\s*[[{]/.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch (fault) {
    // Not JSON after all: it is shown as the text that it is.
    if (fault instanceof SyntaxError) return false;
    throw fault;
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The JSON as it was written, only with other white space: no number loses a digit. */
function laidOut(json: string): readonly string[] {
  const tokens = json.match(TOKEN) ?? [];
  const lines = [''];
  let depth = 0;
  const write = (text: string) => {
    lines.push(`${lines.pop() ?? ''}${text}`);
  };
  const breakLine = () => {
    lines.push(' '.repeat(depth * INDENT));
  };
  tokens.forEach((token, at) => {
    const closes = token === '}' || token === ']';
    const isEmpty = closes && /^[{[]$/.test(tokens[at - 1] ?? '');
    const opens = token === '{' || token === '[';
    if (closes) {
      depth -= 1;
      if (!isEmpty) breakLine();
    }
    write(token === ':' ? ': ' : token);
    if (opens) depth += 1;
    const next = tokens[at + 1] ?? '';
    if (token === ',' || (opens && next !== '}' && next !== ']')) breakLine();
  });
  return lines;
}

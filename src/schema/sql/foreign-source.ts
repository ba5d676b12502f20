import type { SqlStatement } from '../../engine/ports/sql-statement.js';

/** A text that starts a string of Python, JavaScript, JSON or YAML; longest first. */
const QUOTES = [`"""`, `'''`, '"', "'", '`'] as const;
const SQL =
  /^\s*(?:insert\s+into|update\s+[\w".]+\s+set|delete\s+from|select\b|with\s+\w+\s+as\b)/i;

export interface ForeignStatement {
  /** From 1. */
  readonly line: number;
  /** Not one of ours: named by file and line, in the parameter form of PostgreSQL. */
  readonly statement: SqlStatement;
}

/**
 * The SQL that stands in the strings of another program's source. Strings that follow each other are
 * one, as in Python. Placeholders become $1, $2, …; a text that is put together from variables stays
 * as it is, and will not parse.
 * @param path as it is named in answers
 */
export function foreignStatements(path: string, source: string): readonly ForeignStatement[] {
  return joined(strings(source, commentMark(path)), source)
    .filter(({ text }) => SQL.test(text))
    .map(({ text, start }) => {
      const line = source.slice(0, start).split('\n').length;
      return { line, statement: { name: `${path}:${line}`, text: withParameters(text) } };
    });
}

interface SourceString {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What begins a comment in that language; `#` names a private field in others. */
function commentMark(path: string): string {
  return /\.(?:py|ya?ml|sh|toml|rb)$/i.test(path) ? '#' : '//';
}

function strings(source: string, mark: string): readonly SourceString[] {
  const found: SourceString[] = [];
  for (let at = 0; at < source.length;) {
    const lineEnd = endOfLine(source, at);
    if (source.startsWith(mark, at)) {
      at = lineEnd;
      continue;
    }
    const quote = QUOTES.find((one) => source.startsWith(one, at));
    if (quote === undefined) {
      at += 1;
      continue;
    }
    const end = closing(source, at + quote.length, quote);
    const text = unescaped(source.slice(at + quote.length, end));
    found.push({ text, start: at, end: end + quote.length });
    at = end + quote.length;
  }
  return found;
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end === -1 ? source.length : end;
}

/** Where a string ends; a short one ends with its line at the latest (an apostrophe in words). */
function closing(source: string, from: number, quote: (typeof QUOTES)[number]): number {
  const isLong = quote.length === 3 || quote === '`';
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source.startsWith(quote, at)) return at;
    else if (source[at] === '\n' && !isLong) return at;
  }
  return source.length;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character);
}

/** Only blanks, line ends, `+`, a backslash or the letters of a prefix stand between two parts. */
function joined(parts: readonly SourceString[], source: string): readonly SourceString[] {
  const whole: SourceString[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    const between = last === undefined ? '' : source.slice(last.end, part.start);
    if (last !== undefined && /^[\s+\\]*(?:[rRbBuUfF]{1,2})?$/.test(between)) {
      whole[whole.length - 1] = { ...last, text: last.text + part.text, end: part.end };
    } else whole.push(part);
  }
  return whole;
}

/** `%s`, `%(name)s` and `:name` to numbered parameters; a list of rows (`VALUES %s`) to one row. */
function withParameters(text: string): string {
  const names: string[] = [];
  let count = 0;
  const next = () => `$${(count += 1)}`;
  const named = (name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  };
  return text
    .replace(/\bVALUES\s+%s/gi, 'VALUES (%s)')
    .replace(/%\((\w+)\)s|%s|%%|(?<![:\w]):([a-z_]\w*)/gi, (whole: string, first, second) => {
      if (whole === '%%') return '%';
      if (whole === '%s') return next();
      return named(String(first ?? second));
    });
}

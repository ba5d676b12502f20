/** Deeper than anything that is written here; a text beyond it is left as it is. */
const DEPTH_MAX = 500;
const TOKEN =
  /[ \t\n\r]*(?:("(?:[^"\\]|\\[^])*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\]:,]))/y;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * One text for all texts of the same JSON value, so that what a `jsonb` column gives back reads like
 * what was written: no space between tokens, members by the UTF-16 units of their quoted name (of one
 * that repeats the last counts), strings escaped as JSON.stringify does, numbers as digits and exponent without zeros
 * at either end (`0.050` is `5e-2`, `-0` is `0`). No digit is lost, however many there are.
 *
 * @returns the text itself where it is no JSON
 */
export function canonicalJsonText(text: string): string {
  const reader = { text, at: 0 };
  const canonical = value(reader, DEPTH_MAX);
  TOKEN.lastIndex = reader.at;
  return canonical === null || text.slice(reader.at).trim() !== '' ? text : canonical;
}

interface Reader {
  readonly text: string;
  at: number;
}

type Token = readonly [kind: 'string' | 'number' | 'word' | 'mark', text: string];

function next(reader: Reader): Token | null {
  TOKEN.lastIndex = reader.at;
  const found = TOKEN.exec(reader.text);
  if (found === null) return null;
  reader.at = TOKEN.lastIndex;
  const [, string, number, word, mark] = found;
  if (string !== undefined) return ['string', string];
  if (number !== undefined) return ['number', number];
  return word === undefined ? ['mark', mark ?? ''] : ['word', word];
}

/** Null for what is no value. */
function value(reader: Reader, depth: number): string | null {
  const token = next(reader);
  if (token === null || depth === 0) return null;
  const [kind, text] = token;
  if (kind === 'string') return canonicalString(text);
  if (kind === 'number') return canonicalNumber(text);
  if (kind === 'word') return text;
  if (text === '{') return object(reader, depth);
  return text === '[' ? array(reader, depth) : null;
}

function array(reader: Reader, depth: number): string | null {
  if (isNext(reader, ']')) return '[]';
  const items: string[] = [];
  for (;;) {
    const item = value(reader, depth - 1);
    if (item === null) return null;
    items.push(item);
    const end = next(reader)?.[1];
    if (end === ']') return `[${items.join(',')}]`;
    if (end !== ',') return null;
  }
}

function object(reader: Reader, depth: number): string | null {
  if (isNext(reader, '}')) return '{}';
  const members = new Map<string, string>();
  for (;;) {
    const name = next(reader);
    const key = name?.[0] === 'string' ? canonicalString(name[1]) : null;
    if (key === null || next(reader)?.[1] !== ':') return null;
    const member = value(reader, depth - 1);
    if (member === null) return null;
    members.set(key, member);
    const end = next(reader)?.[1];
    if (end === '}') break;
    if (end !== ',') return null;
  }
  const names = [...members.keys()].sort();
  return `{${names.map((name) => `${name}:${members.get(name) ?? ''}`).join(',')}}`;
}

function isNext(reader: Reader, mark: string): boolean {
  const { at } = reader;
  const token = next(reader);
  if (token?.[0] === 'mark' && token[1] === mark) return true;
  reader.at = at;
  return false;
}

/** Null for an escape that JSON does not know. */
function canonicalString(token: string): string | null {
  if (!token.includes('\\')) return token;
  try {
    return JSON.stringify(JSON.parse(token));
  } catch {
    return null;
  }
}

function canonicalNumber(token: string): string {
  const [, sign = '', whole = '', part = '', power = '0'] = NUMBER.exec(token) ?? [];
  const digits = (whole + part).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign}${kept}e${Number(power) - part.length + digits.length - kept.length}`;
}

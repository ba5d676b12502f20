import { isExactArray, JsonFloat, type ExactJson } from './exact-json.js';
import { floatText } from './float-text.js';

/**
 * How the reference implementation (Python) trims, reads and prints text. Its contracts accept
 * full-width digits and print any value where they want a text, and both reach the hashes.
 */

/** Its white space: unlike JavaScript's with U+001C..U+001F and U+0085, without U+FEFF. */
const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const FOREIGN_DIGIT = /[^\0-\x7f]/u;
const DECIMAL_DIGIT = /\p{Nd}/u;

export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text.charAt(start))) start += 1;
  while (end > start && BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Decimal digits of every script as 0..9; all else stays. */
export function asciiDigits(text: string): string {
  if (!FOREIGN_DIGIT.test(text)) return text;
  return Array.from(text, (char) => (DECIMAL_DIGIT.test(char) ? digitValue(char) : char)).join('');
}

/** Unicode keeps each script's digits in one run of ten, so the place in the run is the value. */
function digitValue(char: string): string {
  const point = char.codePointAt(0) ?? 0;
  let first = point;
  while (first > 0 && DECIMAL_DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((point - first) % 10);
}

/** What the reference makes of a value where it wants a text. */
export function referenceText(value: ExactJson): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof JsonFloat) return referenceFloat(value.value);
  if (isExactArray(value)) return `[${value.map(quotedText).join(', ')}]`;
  const members = [...value].map(([name, item]) => `${quotedText(name)}: ${quotedText(item)}`);
  return `{${members.join(', ')}}`;
}

function quotedText(value: ExactJson): string {
  if (typeof value !== 'string') return referenceText(value);
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  return quote + Array.from(value, (char) => visible(char, quote)).join('') + quote;
}

function referenceFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return floatText(value);
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);
/** Controls, formats, surrogates, unassigned and every space but the ordinary one. */
const INVISIBLE = /[\p{C}\p{Z}]/u;

function visible(char: string, quote: string): string {
  if (char === quote) return `\\${char}`;
  const named = NAMED.get(char);
  if (named !== undefined) return named;
  if (char === ' ' || !INVISIBLE.test(char)) return char;
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

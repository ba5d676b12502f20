import { compareCodePoints } from './code-point-order.js';

/**
 * Canonical text of a fact, for digests on the hot path: members by code point, JavaScript's own
 * number text (facts are ours, so no foreign hash has to be met), nothing between the tokens.
 * Members that are undefined are left out; a number that is not finite is null.
 *
 * @param value plain JSON: no class instances; a bigint is written as its digits
 */
export function canonicalFact(value: unknown): string {
  const text = write(value, before);
  // UTF-16 order and code point order can only differ where there is a surrogate.
  return SURROGATE.test(text) ? write(value, (a, b) => compareCodePoints(a, b) < 0) : text;
}

type Before = (a: string, b: string) => boolean;

const SURROGATE = /[\ud800-\udfff]|\\ud/;
const PLAIN = /^[ !#-[\]-~]*$/;
/** Insertion sort wins below this: facts have few members and are nearly sorted. */
const FEW_NAMES = 32;

function before(a: string, b: string): boolean {
  return a < b;
}

function write(value: unknown, isBefore: Before): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return 'null';
  return Array.isArray(value) ? list(value, isBefore) : members(value, isBefore);
}

function list(items: readonly unknown[], isBefore: Before): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += write(items[i], isBefore);
  }
  return `${text}]`;
}

function members(value: object, isBefore: Before): string {
  const record = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const name of sorted(Object.keys(record), isBefore)) {
    const member = record[name];
    if (member === undefined) continue;
    if (text.length > 1) text += ',';
    text += `${quoted(name)}:${write(member, isBefore)}`;
  }
  return `${text}}`;
}

function sorted(names: string[], isBefore: Before): string[] {
  if (names.length > FEW_NAMES) return names.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  for (let i = 1; i < names.length; i++) {
    const name = names[i] ?? '';
    let at = i - 1;
    for (; at >= 0 && isBefore(name, names[at] ?? ''); at--) names[at + 1] = names[at] ?? '';
    names[at + 1] = name;
  }
  return names;
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

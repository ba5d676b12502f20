/**
 * Orders texts by Unicode code point, as the reference sorts them. The default order of JavaScript
 * is by UTF-16 unit, which puts an emoji before U+FFEE.
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  // The units differ in the middle of a pair: compare the characters, not their second halves.
  if (at > 0 && isHighSurrogate(a.charCodeAt(at - 1))) at -= 1;
  for (; at < shared; at++) {
    const difference = (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

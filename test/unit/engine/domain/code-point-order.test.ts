import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareCodePoints } from '../../../../src/engine/domain/code-point-order.js';

function byPoints(a: string, b: string): number {
  const left = Array.from(a, (char) => char.codePointAt(0) ?? 0);
  const right = Array.from(b, (char) => char.codePointAt(0) ?? 0);
  for (const [i, point] of left.entries()) {
    const other = right[i];
    if (other === undefined) return 1;
    if (point !== other) return point - other;
  }
  return left.length - right.length;
}

test('compareCodePoints puts U+FFEE before an emoji, unlike the default order', () => {
  expect(['\u{1F600}', '\uffee', 'b', 'a', 'B', ''].sort(compareCodePoints)).toEqual([
    '',
    'B',
    'a',
    'b',
    '\uffee',
    '\u{1F600}',
  ]);
});

test('compareCodePoints agrees with the order of the code points, halves of pairs included', () => {
  const units = ['a', '\ud7ff', '\ud800', '\udbff', '\udc00', '\udfff', '\ue000', '\uffee'];
  const text = fc.array(fc.constantFrom(...units), { maxLength: 5 }).map((all) => all.join(''));
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(byPoints(a, b)));
    }),
    { numRuns: 2_000 },
  );
});

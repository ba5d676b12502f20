import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalFact } from '../../../../src/engine/domain/canonical-fact.js';
import { compareCodePoints } from '../../../../src/engine/domain/code-point-order.js';

describe('canonicalFact', () => {
  test('writes members by code point at every depth', () => {
    expect(canonicalFact({ b: 1, a: { d: [2, { f: 1, e: 2 }], c: null } })).toBe(
      '{"a":{"c":null,"d":[2,{"e":2,"f":1}]},"b":1}',
    );
    expect(canonicalFact({ '\u{1F600}': 1, '\uffee': 2 })).toBe('{"\uffee":2,"\u{1F600}":1}');
  });

  test('leaves undefined members out and writes what is not finite as null', () => {
    const fact = { a: undefined, b: NaN, c: [undefined, -Infinity], d: -0, e: 10n };
    expect(canonicalFact(fact)).toBe('{"b":null,"c":[null,null],"d":0,"e":10}');
  });

  test('does not depend on the order in which members were written', () => {
    const fact = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue(), { maxKeys: 50 });
    fc.assert(
      fc.property(fact, (members) => {
        const turned = Object.fromEntries(Object.entries(members).reverse());
        expect(canonicalFact(turned)).toBe(canonicalFact(members));
      }),
    );
  });

  test('is what a plain writer makes of sorted members, few or many', () => {
    const names = fc.string({ unit: fc.constantFrom('a', '"', '\u{1F600}', '\uffee', '\ud800') });
    fc.assert(
      fc.property(fc.dictionary(names, fc.integer(), { maxKeys: 60 }), (members) => {
        const expected = Object.keys(members)
          .sort(compareCodePoints)
          .map((name) => `${JSON.stringify(name)}:${String(members[name])}`);
        expect(canonicalFact(members)).toBe(`{${expected.join(',')}}`);
      }),
    );
  });
});

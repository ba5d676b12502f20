import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJsonText } from '../../../../src/engine/domain/json-canon.js';

describe('canonical JSON text', () => {
  it.each([
    ['{"b": 1, "a": [ 1.50, -0, 0.0 ]}', '{"a":[15e-1,0,0],"b":1e0}'],
    ['[100, 0.050, 1E+5, 123e-2, -7]', '[1e2,5e-2,1e5,123e-2,-7e0]'],
    ['0.10000000000000000001', '10000000000000000001e-20'],
    ['"\\u00e4\\n\\/"', '"ä\\n/"'],
    ['"a\\\\" ', '"a\\\\"'],
    ['{"x":1,"x":2}', '{"x":2e0}'],
    [' null ', 'null'],
    ['{}', '{}'],
  ])('of %s is %s', (text, canonical) => {
    expect(canonicalJsonText(text)).toBe(canonical);
  });

  it.each(['', '{', '[1,]', '{"a" 1}', 'nul', '1 2', '"\\x"', '--1', '.5', '"open'])(
    'is null for %s, which is no JSON',
    (text) => {
      expect(canonicalJsonText(text)).toBeNull();
    },
  );

  it('is null for what is nested beyond reason', () => {
    expect(canonicalJsonText('['.repeat(100_000))).toBeNull();
  });

  it('is one for all texts of a value, and differs for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const text = JSON.stringify(a);
        const canonical = canonicalJsonText(text);
        expect(canonicalJsonText(JSON.stringify(a, null, 2))).toBe(canonical);
        expect(canonicalJsonText(canonical ?? '')).toBe(canonical);
        expect(JSON.parse(canonical ?? '')).toEqual(JSON.parse(text));
        const other = canonicalJsonText(JSON.stringify(b));
        if (canonical === other) expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(b)));
      }),
    );
  });
});

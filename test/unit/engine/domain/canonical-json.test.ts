import { describe, expect, test } from 'vitest';
import {
  BUNDLE_STYLE,
  canonicalJson,
  ENVELOPE_STYLE,
  PLAIN_STYLE,
  SNAPSHOT_STYLE,
  type CanonicalStyle,
} from '../../../../src/engine/domain/canonical-json.js';
import { readExactJson } from '../../../../src/engine/domain/exact-json.js';

function canonical(text: string, style: CanonicalStyle): string {
  const read = readExactJson(text, { depthMax: 9, charsMax: 999, nonFinite: true });
  if (!read.ok) throw new Error(read.fault.what);
  return canonicalJson(read.value, style);
}

describe('canonicalJson', () => {
  test('sorts names by code point, integer-like ones as text', () => {
    expect(
      canonical('{"\\ud83d\\ude00":1,"\\uffee":2,"10":3,"9":4,"a":5,"B":6}', BUNDLE_STYLE),
    ).toBe('{"10":3,"9":4,"B":6,"a":5,"\uffee":2,"\u{1F600}":1}');
  });

  test('keeps the order that is there in plain style', () => {
    expect(canonical('{ "b": [1, 2.0], "10": {}, "9": [] }', PLAIN_STYLE)).toBe(
      '{"b":[1,2.0],"10":{},"9":[]}',
    );
  });

  test('drops null members but keeps null items in envelopes', () => {
    const text = '{"a":null,"b":[null,{"c":null}],"d":NaN,"e":[Infinity],"f":""}';
    expect(canonical(text, ENVELOPE_STYLE)).toBe('{"b":[null,{}],"e":[null],"f":""}');
    expect(canonical('{"a":null,"b":NaN}', SNAPSHOT_STYLE)).toBe('{"a":null,"b":null}');
  });

  test('keeps the text "null" apart from null', () => {
    expect(canonical('{"a":"null"}', ENVELOPE_STYLE)).toBe('{"a":"null"}');
  });

  test('tells 5 from 5.0, rounds floats and has no -0 in envelopes', () => {
    const text = '[5,5.0,42100.0,1.234e-5,0.12345678905,-0.0,-4e-11,12345678901234567890]';
    expect(canonical(text, ENVELOPE_STYLE)).toBe(
      '[5,5.0,42100.0,1.234e-05,0.1234567891,0.0,0.0,12345678901234567890]',
    );
    expect(canonical('[-0.0,-4e-11]', SNAPSHOT_STYLE)).toBe('[-0.0,-0.0]');
  });

  test('escapes to ASCII in envelopes and keeps characters in bundles', () => {
    const text = String.raw`"é\ud83d\ude00\u2028\u007f\u0007\"\\/\n\ud800"`;
    expect(canonical(text, ENVELOPE_STYLE)).toBe(
      String.raw`"\u00e9\ud83d\ude00\u2028\u007f\u0007\"\\/\n\ud800"`,
    );
    expect(canonical(String.raw`"é\ud83d\ude00\u2028\u007f\u0007"`, BUNDLE_STYLE)).toBe(
      '"é\u{1F600}\u2028\u007f\\u0007"',
    );
  });
});

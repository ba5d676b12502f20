import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textCompression } from '../../../src/adapters/deflate.js';

test('what is packed holds no more memory than its length, and is the same text again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), (text) => {
      const packed = textCompression.pack(text);
      expect(packed.buffer.byteLength).toBe(packed.byteLength);
      expect(textCompression.unpack(packed)).toBe(text);
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textCompression } from '../../../src/adapters/deflate.js';

const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 500 }), { maxLength: 6 });

test('what is packed holds no more memory than its length, and is the same texts again', () => {
  fc.assert(
    fc.property(texts, texts, fc.nat(5), (before, other, at) => {
      // Some as before, one cut short, the rest different.
      const now = [...before.slice(0, at), (before[at] ?? '').replace(/^./su, ''), ...other];
      const packed = textCompression.pack(now, before);
      expect(packed.buffer.byteLength).toBe(packed.byteLength);
      expect(textCompression.unpack(packed, before)).toEqual(now);
    }),
  );
});

test('texts that are as before take next to nothing, and longer ones than zlib looks back too', () => {
  const before = ['a', 'b'].map((letter) => `${letter}${'0123456789'.repeat(9_000)}`);
  const alone = textCompression.pack(before, []);
  expect(textCompression.pack(before, before).length).toBe(8);
  const after = before.map((text) => `${text}!`);
  const packed = textCompression.pack(after, before);
  expect(packed.length).toBeLessThan(alone.length);
  expect(textCompression.unpack(packed, before)).toEqual(after);
});

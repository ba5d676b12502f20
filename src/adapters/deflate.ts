import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Compression } from '../view/board/compression.js';

/** A text is never larger than this when it is unpacked. */
const UNPACKED_BYTES_MAX = 16 * 1024 * 1024;
/** In front of each text: how many bytes of it follow, none where it is as it was. */
const LENGTH_BYTES = 4;

/**
 * Texts that are much like the ones before: of a board some thirty times smaller, in well under a
 * millisecond. What zlib finds again is within 32 KiB, so each text has the one before as dictionary.
 */
export const textCompression: Compression = {
  pack(texts, before) {
    const parts = texts.flatMap((text, at) => {
      const old = before[at] ?? '';
      const bytes = text === old ? Buffer.alloc(0) : deflateRawSync(text, like(old));
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    });
    // A copy of its own: what Buffer gives is a view on a larger piece, which would be kept with it.
    return Uint8Array.from(Buffer.concat(parts));
  },
  unpack(packed, before) {
    const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
    const texts: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const old = before[texts.length] ?? '';
      const end = at + LENGTH_BYTES + bytes.readUInt32LE(at);
      const text = bytes.subarray(at + LENGTH_BYTES, end);
      const options = { ...like(old), maxOutputLength: UNPACKED_BYTES_MAX };
      texts.push(text.length === 0 ? old : inflateRawSync(text, options).toString());
      at = end;
    }
    return texts;
  },
};

function like(old: string): { readonly dictionary?: Buffer } {
  return old === '' ? {} : { dictionary: Buffer.from(old) };
}

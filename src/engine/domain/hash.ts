/** Hash functions as the pure code needs them; the implementation comes in from outside. */
export interface Hash {
  /** SHA-1 over the bytes and then the text's UTF-8, 40 lower-case hex digits; for UUIDv5. */
  sha1Hex(prefix: Uint8Array, text: string): string;
  /** SHA-256 over the UTF-8 bytes of the text, 64 lower-case hex digits. */
  sha256Hex(text: string): string;
}

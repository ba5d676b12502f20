/** Hash functions as the pure code needs them; the implementation comes in from outside. */
export interface Hash {
  /** SHA-1 over bytes, as UUIDv5 wants it. */
  sha1(bytes: Uint8Array): Uint8Array;
  /** SHA-256 over the UTF-8 bytes of the text, 64 lower-case hex digits. */
  sha256Hex(text: string): string;
}

/** Of texts that come again and again with small changes. Done every second while the screen is open. */
export interface Compression {
  /** @param before the texts of the moment before, in the same order; none where it is to stand alone */
  pack(texts: readonly string[], before: readonly string[]): Uint8Array;
  /** @param before what was given to `pack` */
  unpack(bytes: Uint8Array, before: readonly string[]): readonly string[];
}

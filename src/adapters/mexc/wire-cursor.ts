import { isUtf8 } from 'node:buffer';

/** A frame that is no protobuf, or not ours. Never leaves the reader of one frame. */
export class WireFault extends Error {
  override readonly name = 'WireFault';
}

/** Wire types that the schema uses; 1 and 5 (fixed 64 and 32 bits) occur in unknown fields only. */
export const VARINT = 0;
export const LENGTH_DELIMITED = 2;
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [5, 4],
]);

/** A field number has 29 bits, the wire type three. */
const TAG_MAX = 0xffff_ffff;
/** Seven groups of seven bits are exact in a float; the three that may follow need a bigint. */
const FLOAT_GROUPS = 7;
const GROUPS_MAX = 10;
/** As many as 32 bits need. */
const SHORT_BYTES_MAX = 5;
const INT32_MAX = 0x7fff_ffff;
const REPLACEMENT = '\ufffd';

/**
 * Reads the wire format of protobuf from one frame. `end` is the end of the message that is being
 * read: nothing reads behind it, so a length that lies inside a message can't reach its neighbour.
 */
export class WireCursor {
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.byteLength;
  }

  get atEnd(): boolean {
    return this.#at >= this.#end;
  }

  /** Field number times eight plus the wire type. */
  tag(): number {
    const tag = this.#short();
    if (tag > TAG_MAX) this.fail('a tag of more than 32 bits');
    if (tag < 8) this.fail('a field without a number');
    return tag;
  }

  /** As a number when that is exact, else as a bigint. */
  int64(): number | bigint {
    const value = this.#varint();
    if (typeof value === 'number') return value;
    const signed = BigInt.asIntN(64, value);
    const float = Number(signed);
    return Number.isSafeInteger(float) ? float : signed;
  }

  int32(): number {
    const start = this.#at;
    const value = this.int64();
    // Protobuf would cut the upper bits off, and a trade type of 2^32 + 1 would be a purchase.
    if (typeof value === 'bigint' || value > INT32_MAX || value < -INT32_MAX - 1) {
      this.fail('a number of more than 32 bits');
    }
    if (value >= 0) this.#checkShort(start);
    return value;
  }

  bool(): boolean {
    const value = this.#short();
    if (value > 1) this.fail('a truth value that is neither 0 nor 1');
    return value === 1;
  }

  /** Strict: a byte that is not UTF-8 could turn one symbol into another. */
  text(): string {
    const start = this.#takeLength();
    const text = this.#bytes.toString('utf8', start, this.#at);
    // The sign stands for every bad byte, but a text may hold it in its own right.
    if (text.includes(REPLACEMENT) && !isUtf8(this.#bytes.subarray(start, this.#at))) {
      this.fail('text that is not UTF-8');
    }
    return text;
  }

  /** Narrows the cursor to a nested message. @returns what `leave` needs */
  enter(): number {
    const outer = this.#end;
    const start = this.#takeLength();
    this.#end = this.#at;
    this.#at = start;
    return outer;
  }

  leave(outer: number): void {
    this.#end = outer;
  }

  skip(wireType: number): void {
    if (wireType === VARINT) {
      this.#varint();
    } else if (wireType === LENGTH_DELIMITED) {
      this.#takeLength();
    } else {
      const size = FIXED_BYTES.get(wireType);
      if (size === undefined) this.fail(`wire type ${wireType}`);
      this.#take(size);
    }
  }

  fail(what: string): never {
    throw new WireFault(`${what}, at byte ${this.#at} of ${this.#bytes.length}`);
  }

  #short(): number {
    const start = this.#at;
    const value = this.#varint();
    this.#checkShort(start);
    return Number(value);
  }

  /** Readers differ on a small number in many bytes, and what follows it would be read differently. */
  #checkShort(start: number): void {
    if (this.#at - start > SHORT_BYTES_MAX) this.fail('a small number in too many bytes');
  }

  #varint(): number | bigint {
    let value = 0;
    let scale = 1;
    for (let group = 0; group < FLOAT_GROUPS; group += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    return this.#longVarint(BigInt(value));
  }

  #longVarint(low: bigint): bigint {
    let value = low;
    for (let group = FLOAT_GROUPS; group < GROUPS_MAX; group += 1) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * group);
      if (byte < 0x80) {
        if (value >= 1n << 64n) this.fail('a varint of more than 64 bits');
        return value;
      }
    }
    return this.fail(`a varint of more than ${GROUPS_MAX} bytes`);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined || this.#at >= this.#end) this.fail('the end, inside a number');
    this.#at += 1;
    return byte;
  }

  /** Passes over a length and what it counts. @returns where that begins */
  #takeLength(): number {
    const length = this.#short();
    const start = this.#at;
    this.#take(length);
    return start;
  }

  #take(size: number): void {
    if (size > this.#end - this.#at) this.fail('a length that runs past the end');
    this.#at += size;
  }
}

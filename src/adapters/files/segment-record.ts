import { crc32 } from 'node:zlib';
import { assertInvariant } from '../../engine/domain/invariant.js';
import { DependencyError } from '../../operator-error.js';
import type { LogEntry, LogId } from '../../engine/ports/event-log.js';

/**
 * One record: CRC-32 of the rest (4 bytes), mark and payload length (1 + 3), seq (8, float64),
 * ord (4), payload (the fields as JSON, UTF-8). Numbers are big-endian.
 */
export const RECORD_HEAD_BYTES = 20;
export const RECORD_PAYLOAD_BYTES_MAX = 4 * 1024 * 1024;
/** Never part of UTF-8 text, so a search for the next record skips payloads at full speed. */
const MARK = 0xfe;
const MARK_AT = 4;
const ID_AT = 8;

/** `recordBytesAt`: the record goes on behind the bytes that there are. */
export const RECORD_SHORT = 0;
/** `recordBytesAt`: this is no record, or not the one that was written. */
export const RECORD_BAD = -1;

/** @returns the size of the whole record at `at`, RECORD_SHORT or RECORD_BAD */
export function recordBytesAt(bytes: Buffer, at: number, end: number): number {
  if (end - at < RECORD_HEAD_BYTES) return RECORD_SHORT;
  const word = bytes.readUInt32BE(at + MARK_AT);
  const size = RECORD_HEAD_BYTES + (word & 0xffffff);
  if (word >>> 24 !== MARK || size > RECORD_HEAD_BYTES + RECORD_PAYLOAD_BYTES_MAX) {
    return RECORD_BAD;
  }
  if (end - at < size) return RECORD_SHORT;
  const sum = crc32(bytes.subarray(at + MARK_AT, at + size));
  return sum === bytes.readUInt32BE(at) ? size : RECORD_BAD;
}

/** True when a whole record begins anywhere behind `from`: what is there was not the tail. */
export function hasRecordAfter(bytes: Buffer, from: number): boolean {
  let mark = bytes.indexOf(MARK, from + MARK_AT);
  while (mark !== -1) {
    if (recordBytesAt(bytes, mark - MARK_AT, bytes.length) > 0) return true;
    mark = bytes.indexOf(MARK, mark + 1);
  }
  return false;
}

export function recordId(bytes: Buffer, at: number): LogId {
  return { seq: bytes.readDoubleBE(at + ID_AT), ord: bytes.readUInt32BE(at + ID_AT + 8) };
}

/** @param size as `recordBytesAt` gave it */
export function recordFields(
  bytes: Buffer,
  at: number,
  size: number,
): Readonly<Record<string, string>> {
  const payload = bytes.toString('utf8', at + RECORD_HEAD_BYTES, at + size);
  const fields: unknown = JSON.parse(payload);
  if (isTextRecord(fields)) return fields;
  throw new DependencyError(
    'Cannot read a record of the event log: its values are not text; another build wrote it',
    { dependency: 'state directory', retryable: false },
  );
}

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const item of Object.values(value)) if (typeof item !== 'string') return false;
  return true;
}

interface EncodedRecords {
  /** A view of the encoder's own buffer: valid until the next call. */
  readonly bytes: Buffer;
  readonly count: number;
}

/** Encodes batches into one buffer that grows to the largest batch and is then reused. */
export class RecordEncoder {
  #buffer = Buffer.allocUnsafe(64 * 1024);

  /**
   * Encodes from `entries[from]` on: at least one entry, then as many as begin within the limits.
   * @param head bytes that go in front, in the same write
   */
  encode(
    entries: readonly LogEntry[],
    from: number,
    limits: { readonly entriesMax: number; readonly bytesMax: number },
    head: Uint8Array,
  ): EncodedRecords {
    this.#buffer.set(head);
    let size = head.length;
    let count = 0;
    for (let index = from; index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined) break;
      if (count > 0 && (count >= limits.entriesMax || size >= limits.bytesMax)) break;
      size = this.#encodeOne(entry, size);
      count += 1;
    }
    return { bytes: this.#buffer.subarray(0, size), count };
  }

  #encodeOne({ id, fields }: LogEntry, at: number): number {
    assertInvariant(isId(id), `log id ${id.seq}-${id.ord} is in range`);
    const payload = JSON.stringify(fields);
    // A UTF-16 unit takes at most three bytes of UTF-8.
    this.#reserve(at + RECORD_HEAD_BYTES + payload.length * 3, at);
    const buffer = this.#buffer;
    const length = buffer.write(payload, at + RECORD_HEAD_BYTES);
    assertInvariant(length <= RECORD_PAYLOAD_BYTES_MAX, 'a log entry has at most 4 MiB');
    buffer.writeUInt32BE(((MARK << 24) | length) >>> 0, at + MARK_AT);
    buffer.writeDoubleBE(id.seq, at + ID_AT);
    buffer.writeUInt32BE(id.ord, at + ID_AT + 8);
    const end = at + RECORD_HEAD_BYTES + length;
    buffer.writeUInt32BE(crc32(buffer.subarray(at + MARK_AT, end)), at);
    return end;
  }

  #reserve(size: number, used: number): void {
    if (size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(size * 2);
    this.#buffer.copy(larger, 0, 0, used);
    this.#buffer = larger;
  }
}

function isId({ seq, ord }: LogId): boolean {
  return (
    Number.isSafeInteger(seq) && seq >= 0 && Number.isInteger(ord) && ord >= 0 && ord < 2 ** 32
  );
}

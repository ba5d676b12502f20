import { fstatSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { LogId } from '../../engine/ports/event-log.js';
import { readFully } from './atomic-file.js';
import {
  hasRecordAfter,
  RECORD_BAD,
  RECORD_HEAD_BYTES,
  RECORD_PAYLOAD_BYTES_MAX,
  RECORD_SHORT,
  recordBytesAt,
} from './segment-record.js';

/**
 * First bytes of each segment: what was before it. So the count of all entries and the last id
 * survive trimming, and a segment that lost its end is noticed by the next one.
 */
export interface SegmentHeader {
  /** Entries ever appended to the stream before this segment. */
  readonly entriesBefore: number;
  readonly previousId: LogId | null;
}

export const SEGMENT_HEADER_BYTES = 32;
const MAGIC = Buffer.from('CDBSEG1\n');
const CRC_AT = 28;
const NO_ORD = 0xffff_ffff;
const WINDOW_BYTES = 1024 * 1024;

/** `seq-ord.seg`, padded so that names sort as ids do. */
export function segmentName({ seq, ord }: LogId): string {
  return `${String(seq).padStart(16, '0')}-${String(ord).padStart(10, '0')}.seg`;
}

/** @returns the first id that the name says, null for other files */
export function segmentFirstId(name: string): LogId | null {
  const [, seq, ord] = /^(\d{16})-(\d{10})\.seg$/.exec(name) ?? [];
  return seq === undefined || ord === undefined ? null : { seq: Number(seq), ord: Number(ord) };
}

export function encodeSegmentHeader({ entriesBefore, previousId }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.set(MAGIC);
  bytes.writeDoubleBE(entriesBefore, 8);
  bytes.writeDoubleBE(previousId?.seq ?? 0, 16);
  bytes.writeUInt32BE(previousId?.ord ?? NO_ORD, 24);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
  return bytes;
}

/** @returns null when the file is too short for a header or the header is not what was written */
export function readSegmentHeader(fd: number): SegmentHeader | null {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  if (readFully(fd, bytes, SEGMENT_HEADER_BYTES, 0) < SEGMENT_HEADER_BYTES) return null;
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  if (crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32BE(CRC_AT)) return null;
  const ord = bytes.readUInt32BE(24);
  return {
    entriesBefore: bytes.readDoubleBE(8),
    previousId: ord === NO_ORD ? null : { seq: bytes.readDoubleBE(16), ord },
  };
}

/** How a scan ended: at the end, stopped by the visitor, or before something that is no record. */
export interface ScanEnd {
  readonly kind: 'end' | 'stopped' | 'short' | 'bad';
  /** Where the last good record ends. */
  readonly offset: number;
}

/** Called for each whole record; false stops the scan behind this record. */
type RecordVisitor = (bytes: Buffer, at: number, size: number) => boolean;

/** Walks the records in [from, end) of the file; each one's checksum is checked. */
export function scanSegment(fd: number, from: number, end: number, visit: RecordVisitor): ScanEnd {
  let window = Buffer.allocUnsafe(Math.max(0, Math.min(WINDOW_BYTES, end - from)));
  let offset = from;
  while (offset < end) {
    const length = readFully(fd, window, Math.min(window.length, end - offset), offset);
    let at = 0;
    let size = recordBytesAt(window, at, length);
    while (size > 0) {
      at += size;
      if (!visit(window, at - size, size)) return { kind: 'stopped', offset: offset + at };
      size = at < length ? recordBytesAt(window, at, length) : RECORD_SHORT;
    }
    offset += at;
    if (size === RECORD_BAD) return { kind: 'bad', offset };
    if (offset >= end) break;
    // Less than asked for, or all of it and still no whole record: the file ends inside a record.
    if (length < window.length || offset - at + length >= end) return { kind: 'short', offset };
    if (at === 0) window = Buffer.allocUnsafe(RECORD_HEAD_BYTES + RECORD_PAYLOAD_BYTES_MAX);
  }
  return { kind: 'end', offset };
}

/** True when something whole comes behind the fault: then it is damage and not a torn tail. */
export function isDamageInside(fd: number, offset: number): boolean {
  const rest = Buffer.allocUnsafe(Math.max(0, fstatSync(fd).size - offset));
  return hasRecordAfter(rest.subarray(0, readFully(fd, rest, rest.length, offset)), 1);
}

import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogEntry, LogId } from '../../engine/ports/event-log.js';
import { compareLogIds } from '../../engine/ports/event-log.js';
import { damagedFile } from './file-fault.js';
import { recordFields, recordId } from './segment-record.js';
import type { ScanEnd, SegmentHeader } from './segment-file.js';
import {
  isDamageInside,
  readSegmentHeader,
  scanSegment,
  SEGMENT_HEADER_BYTES,
  segmentFirstId,
} from './segment-file.js';

export interface Segment extends SegmentHeader {
  readonly name: string;
  readonly firstId: LogId;
}

/** The whole records of the newest segment. */
export interface Tail {
  /** Where the next record goes. */
  readonly bytes: number;
  readonly count: number;
  readonly lastId: LogId | null;
}

/** Where a read ended, so that the next one goes on there instead of searching the segment. */
interface Cursor {
  readonly name: string;
  readonly offset: number;
}

/** One read on its way through the segments. */
interface ReadGoal {
  readonly after: LogId | null;
  readonly limit: number;
  /** Entries that are not wanted yet: walked over without decoding them. */
  passedOver: number;
  readonly found: LogEntry[];
}

const CURSORS_MAX = 16;

/** The segments of one stream, oldest first, and reading from them. Knows nothing of writing. */
export class StreamSegments {
  readonly directory: string;
  segments: Segment[] = [];
  tail: Tail = { bytes: 0, count: 0, lastId: null };
  readonly #cursors = new Map<string, Cursor>();

  constructor(directory: string) {
    this.directory = directory;
  }

  get newest(): Segment | undefined {
    return this.segments.at(-1);
  }

  get entriesAdded(): number {
    return (this.newest?.entriesBefore ?? 0) + this.tail.count;
  }

  get length(): number {
    return this.entriesAdded - (this.segments[0]?.entriesBefore ?? 0);
  }

  path(segment: Pick<Segment, 'name'>): string {
    return join(this.directory, segment.name);
  }

  /** @returns names of the segment files, oldest first */
  listNames(): readonly string[] {
    return readdirSync(this.directory)
      .filter((name) => segmentFirstId(name) !== null)
      .sort();
  }

  withFile<T>(segment: Pick<Segment, 'name'>, work: (fd: number) => T): T {
    const fd = openSync(this.path(segment), 'r');
    try {
      return work(fd);
    } finally {
      closeSync(fd);
    }
  }

  /** Walks the newest segment from `known` on. @returns how far whole records go */
  scanTail(fd: number, known: Tail): { readonly tail: Tail; readonly end: ScanEnd } {
    let { count, lastId } = known;
    const end = scanSegment(fd, known.bytes, fstatSync(fd).size, (bytes, at) => {
      count += 1;
      lastId = recordId(bytes, at);
      return true;
    });
    return { tail: { bytes: end.offset, count, lastId }, end };
  }

  /** @throws DependencyError when whole records follow behind the place where the scan ended */
  requireTornOnly(fd: number, name: string, end: ScanEnd): void {
    if (end.kind === 'end' || !isDamageInside(fd, end.offset)) return;
    throw damagedFile(join(this.directory, name), end.offset, 'a record is damaged');
  }

  read(after: LogId | null, limit: number): readonly LogEntry[] {
    return this.#collect({ after, limit, passedOver: 0, found: [] });
  }

  /** The newest `limit` entries, oldest first. */
  readTail(limit: number): readonly LogEntry[] {
    if (limit <= 0 || this.length === 0) return [];
    const skipped = Math.max(0, this.length - limit) + (this.segments[0]?.entriesBefore ?? 0);
    const index = this.segments.findLastIndex(({ entriesBefore }) => entriesBefore <= skipped);
    const first = this.segments[Math.max(0, index)];
    const passedOver = skipped - (first?.entriesBefore ?? 0);
    return this.#collect({ after: first?.previousId ?? null, limit, passedOver, found: [] });
  }

  forgetCursors(): void {
    this.#cursors.clear();
  }

  #collect(goal: ReadGoal): readonly LogEntry[] {
    let lastId = goal.after;
    for (let index = this.#indexFor(goal.after); index < this.segments.length; index += 1) {
      const segment = this.segments[index];
      if (segment === undefined || goal.found.length >= goal.limit) break;
      lastId = this.#readSegment(segment, this.segments[index + 1], goal, lastId);
    }
    return goal.found;
  }

  #readSegment(
    segment: Segment,
    next: Segment | undefined,
    goal: ReadGoal,
    idBefore: LogId | null,
  ): LogId | null {
    const { after, limit, found } = goal;
    let lastId = idBefore;
    const visit = (bytes: Buffer, at: number, size: number): boolean => {
      lastId = recordId(bytes, at);
      if (after !== null && compareLogIds(lastId, after) <= 0) return true;
      goal.passedOver -= 1;
      if (goal.passedOver >= 0) return true;
      found.push({ id: lastId, fields: recordFields(bytes, at, size) });
      return found.length < limit;
    };
    return this.withFile(segment, (fd) => {
      const from = this.#offsetFor(segment, after);
      const end = scanSegment(fd, from, next ? fstatSync(fd).size : this.tail.bytes, visit);
      this.#requireWhole(segment, next, end, lastId);
      if (lastId !== null) this.#remember(lastId, { name: segment.name, offset: end.offset });
      return lastId;
    });
  }

  /** Every segment but the newest is complete, and the next one says which id it ended with. */
  #requireWhole(
    segment: Segment,
    next: Segment | undefined,
    end: ScanEnd,
    lastId: LogId | null,
  ): void {
    if (end.kind === 'stopped') return;
    if (end.kind !== 'end') {
      throw damagedFile(this.path(segment), end.offset, 'a record is damaged');
    }
    const newestId = this.tail.count === 0 ? null : this.tail.lastId;
    const expected = next === undefined ? newestId : next.previousId;
    if (expected === null || (lastId !== null && compareLogIds(lastId, expected) >= 0)) return;
    throw damagedFile(this.path(segment), end.offset, 'entries are missing');
  }

  /** The segment that holds the first entry behind `after`. */
  #indexFor(after: LogId | null): number {
    if (after === null) return 0;
    const index = this.segments.findLastIndex(
      ({ previousId }) => previousId !== null && compareLogIds(previousId, after) <= 0,
    );
    return Math.max(0, index);
  }

  #offsetFor(segment: Segment, after: LogId | null): number {
    const cursor = after === null ? undefined : this.#cursors.get(cursorKey(after));
    return cursor?.name === segment.name ? cursor.offset : SEGMENT_HEADER_BYTES;
  }

  #remember(lastId: LogId, cursor: Cursor): void {
    const key = cursorKey(lastId);
    this.#cursors.delete(key);
    this.#cursors.set(key, cursor);
    const oldest = this.#cursors.keys().next().value;
    if (this.#cursors.size > CURSORS_MAX && oldest !== undefined) this.#cursors.delete(oldest);
  }
}

function cursorKey({ seq, ord }: LogId): string {
  return `${seq}-${ord}`;
}

/** @throws DependencyError for a segment whose header is damaged; null for one just being made */
export function openSegment(stream: StreamSegments, name: string): Segment | null {
  return stream.withFile({ name }, (fd) => {
    const header = readSegmentHeader(fd);
    const firstId = segmentFirstId(name);
    if (header !== null && firstId !== null) return { ...header, name, firstId };
    if (!isDamageInside(fd, 0)) return null;
    throw damagedFile(stream.path({ name }), 0, 'the header is damaged');
  });
}

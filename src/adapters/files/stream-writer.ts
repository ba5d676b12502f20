import { closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { LogEntry, LogId, Trim } from '../../engine/ports/event-log.js';
import { compareLogIds } from '../../engine/ports/event-log.js';
import { DependencyError } from '../../operator-error.js';
import { fsyncDirectory, writeFully } from './atomic-file.js';
import { fileFault } from './file-fault.js';
import type { RecordEncoder } from './segment-record.js';
import { encodeSegmentHeader, segmentName } from './segment-file.js';
import type { Segment, StreamSegments } from './stream-segments.js';
import { makeDirectories } from '../make-directories.js';

const datasync = promisify(fdatasync);
/** So that a capped stream holds at most an eighth more than its cap. */
const SEGMENTS_PER_CAP = 8;
const NO_HEAD = new Uint8Array(0);

/**
 * The one writer of a stream. Appends are synchronous (one write call a batch, into the page
 * cache), so nothing can come between two of them; only `sync` waits for the disk.
 * A segment is durable before the next one begins: after power loss only the newest can be torn.
 */
export class StreamWriter {
  readonly #stream: StreamSegments;
  readonly #encoder: RecordEncoder;
  readonly #segmentBytesMax: number;
  #fd: number | null = null;
  #appends = 0;
  #appendsSynced = 0;
  #namesChanged = false;
  /** A batch that failed half-way could not be cut off yet. */
  #uncut = false;
  #lost: DependencyError | null = null;
  #syncsRunning = 0;
  readonly #fdsToClose: number[] = [];

  constructor(stream: StreamSegments, encoder: RecordEncoder, segmentBytesMax: number) {
    this.#stream = stream;
    this.#encoder = encoder;
    this.#segmentBytesMax = segmentBytesMax;
  }

  get isOpen(): boolean {
    return this.#fd !== null;
  }

  /** @returns how many entries were new */
  append(entries: readonly LogEntry[], trim: Trim | undefined): number {
    const fresh = this.#fresh(entries);
    if (fresh.length === 0) return 0;
    this.#guarded('append to', () => {
      this.#cutFailedBatch();
      const entriesMax =
        trim === undefined
          ? Number.POSITIVE_INFINITY
          : Math.max(1, Math.floor(trim.lengthMax / SEGMENTS_PER_CAP));
      for (let at = 0; at < fresh.length;) at += this.#appendSome(fresh, at, entriesMax);
    });
    if (trim !== undefined) this.#trimToLength(trim.lengthMax);
    return fresh.length;
  }

  async sync(): Promise<void> {
    if (this.#lost !== null) throw this.#lost;
    if (this.#appends === this.#appendsSynced) return;
    const target = this.#appends;
    const newest = this.#stream.newest;
    if (newest === undefined) return;
    const fd = this.#guarded('open', () => this.#open(newest));
    this.#syncsRunning += 1;
    try {
      await datasync(fd);
      this.#syncNames();
      this.#appendsSynced = Math.max(this.#appendsSynced, target);
    } catch (fault) {
      throw this.#lose(fault);
    } finally {
      this.#syncsRunning -= 1;
      this.#closeRetired();
    }
  }

  trimBelow(minId: LogId): void {
    const { segments } = this.#stream;
    const kept = segments.findLastIndex(({ firstId }) => compareLogIds(firstId, minId) <= 0);
    this.#dropOldest(Math.max(0, kept));
  }

  /** Gives the file handle back; the next append opens it again. */
  closeHandle(): void {
    if (this.#fd !== null) this.#fdsToClose.push(this.#fd);
    this.#fd = null;
    this.#closeRetired();
  }

  #fresh(entries: readonly LogEntry[]): readonly LogEntry[] {
    let last = this.#stream.tail.lastId;
    return entries.filter(({ id }) => {
      if (last !== null && compareLogIds(id, last) <= 0) return false;
      last = id;
      return true;
    });
  }

  /** Writes what fits into one segment. @returns how many entries that were */
  #appendSome(entries: readonly LogEntry[], at: number, entriesMax: number): number {
    const { tail, newest } = this.#stream;
    const isFull = tail.count >= entriesMax || tail.bytes >= this.#segmentBytesMax;
    const first = entries[at];
    if (first === undefined) return 0;
    const next = this.#nextSegment(first.id);
    // A segment that has no record (its first write was torn) is begun anew under the right name.
    const isMisnamed = tail.count === 0 && newest?.name !== next.name;
    const isNew = newest === undefined || isFull || isMisnamed;
    const start = isNew ? 0 : tail.bytes;
    const { bytes, count } = this.#encoder.encode(
      entries,
      at,
      {
        entriesMax: isNew ? entriesMax : entriesMax - tail.count,
        bytesMax: this.#segmentBytesMax - start,
      },
      isNew ? encodeSegmentHeader(next) : NO_HEAD,
    );
    if (isNew) this.#begin(next, bytes);
    else this.#write(this.#open(newest), bytes, start);
    this.#stream.tail = {
      bytes: start + bytes.length,
      count: (isNew ? 0 : tail.count) + count,
      lastId: entries[at + count - 1]?.id ?? tail.lastId,
    };
    this.#appends += 1;
    return count;
  }

  #nextSegment(firstId: LogId): Segment {
    const { entriesAdded, tail } = this.#stream;
    const name = segmentName(firstId);
    return { name, firstId, entriesBefore: entriesAdded, previousId: tail.lastId };
  }

  #begin(segment: Segment, bytes: Buffer): void {
    this.#finishNewest();
    const path = this.#stream.path(segment);
    const empty = this.#stream.tail.count === 0 ? this.#stream.newest : undefined;
    const fd = openSync(path, 'w', 0o600);
    try {
      writeFully(fd, bytes, 0);
    } catch (fault) {
      closeSync(fd);
      rmSync(path, { force: true });
      throw fault;
    }
    this.#fd = fd;
    this.#namesChanged = true;
    if (empty !== undefined) {
      this.#stream.segments.pop();
      rmSync(this.#stream.path(empty), { force: true });
    }
    this.#stream.segments.push(segment);
  }

  #finishNewest(): void {
    const { newest, directory } = this.#stream;
    if (newest === undefined) {
      makeDirectories(directory, 0o700);
      fsyncDirectory(dirname(directory));
      return;
    }
    this.#syncNow(newest);
    this.closeHandle();
  }

  #write(fd: number, bytes: Buffer, position: number): void {
    try {
      writeFully(fd, bytes, position);
    } catch (fault) {
      this.#uncut = true;
      this.#cutFailedBatch(fault);
      throw fault;
    }
  }

  /** Takes the part of a failed batch off again, so that whole records stay the last bytes. */
  #cutFailedBatch(cause?: unknown): void {
    const newest = this.#stream.newest;
    if (!this.#uncut || newest === undefined) return;
    try {
      ftruncateSync(this.#open(newest), this.#stream.tail.bytes);
      this.#uncut = false;
    } catch (fault) {
      // Tried again before the next append; until then the first fault is the one to report.
      throw cause ?? fault;
    }
  }

  #open(segment: Segment): number {
    this.#fd ??= openSync(this.#stream.path(segment), 'r+');
    return this.#fd;
  }

  #syncNow(newest: Segment): void {
    if (this.#appends === this.#appendsSynced) return;
    const fd = this.#open(newest);
    try {
      fdatasyncSync(fd);
      this.#syncNames();
    } catch (fault) {
      throw this.#lose(fault);
    }
    this.#appendsSynced = this.#appends;
  }

  #syncNames(): void {
    if (!this.#namesChanged) return;
    fsyncDirectory(this.#stream.directory);
    this.#namesChanged = false;
  }

  #trimToLength(lengthMax: number): void {
    const { segments, entriesAdded } = this.#stream;
    const kept = segments.findLastIndex((one) => entriesAdded - one.entriesBefore >= lengthMax);
    this.#dropOldest(Math.max(0, kept));
  }

  /** Oldest first, so that a crash leaves a stream without a gap. */
  #dropOldest(count: number): void {
    const { newest, segments } = this.#stream;
    if (count === 0 || newest === undefined) return;
    this.#guarded('trim', () => {
      // The newest carries the counters on: it must outlive what is dropped.
      this.#syncNow(newest);
      for (const segment of segments.slice(0, count)) {
        rmSync(this.#stream.path(segment), { force: true });
        segments.shift();
      }
    });
    this.#stream.forgetCursors();
  }

  #closeRetired(): void {
    if (this.#syncsRunning > 0) return;
    for (const fd of this.#fdsToClose.splice(0)) closeSync(fd);
  }

  /**
   * After a failed sync the kernel has dropped the pages or not, and a later success proves
   * nothing. Only reading the file again tells what is there, so the stream takes no more.
   */
  #lose(fault: unknown): DependencyError {
    this.#lost ??= fileFault(
      `Cannot make "${this.#stream.directory}" durable, restart to read back what the disk holds`,
      fault,
    );
    return this.#lost;
  }

  #guarded<T>(verb: string, work: () => T): T {
    if (this.#lost !== null) throw this.#lost;
    try {
      return work();
    } catch (fault) {
      if (fault instanceof DependencyError) throw fault;
      throw fileFault(`Cannot ${verb} "${this.#stream.directory}"`, fault);
    }
  }
}

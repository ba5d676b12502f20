import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../engine/ports/clock.js';
import type { EventLog, LogEntry, LogId, StreamInfo, Trim } from '../../engine/ports/event-log.js';
import { assertInvariant } from '../../engine/domain/invariant.js';
import { DependencyError } from '../../operator-error.js';
import { fileFault } from './file-fault.js';
import { RecordEncoder } from './segment-record.js';
import { refreshStream, recoverStream } from './stream-recovery.js';
import { StreamSegments } from './stream-segments.js';
import { StreamWriter } from './stream-writer.js';
import { streamDirectoryName, streamNameOf } from './stream-names.js';
import { errnoOf } from '../../operator-error/errno.js';

export interface LocalEventLogOptions {
  readonly clock: Clock;
  /** For a second process beside the engine: changes nothing on disk. */
  readonly readOnly?: boolean;
  readonly segmentBytesMax?: number;
}

interface OpenStream {
  readonly segments: StreamSegments;
  readonly writer: StreamWriter;
  readonly tornBytes: number;
  lastAppendAtMs: number | null;
}

const SEGMENT_BYTES_MAX = 8 * 1024 * 1024;
/** The journal, the published streams and the spool are some twenty; a name per trade is a bug. */
const STREAMS_MAX = 1_000;
const OPEN_FILES_MAX = 32;
/** The engine trims or takes back a batch while we look: looking again is enough. */
const READ_ATTEMPTS_MAX = 5;

/**
 * Streams as append-only segment files, one directory each. Exactly one process may write (the
 * holder of engine.lock); any number may read at the same time.
 */
export function openLocalEventLog(directory: string, options: LocalEventLogOptions): EventLog {
  return new LocalEventLog(directory, options);
}

class LocalEventLog implements EventLog {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #readOnly: boolean;
  readonly #segmentBytesMax: number;
  readonly #encoder = new RecordEncoder();
  /** In the order of use, the stream used last at the end. */
  readonly #streams = new Map<string, OpenStream>();
  #closed = false;

  constructor(directory: string, options: LocalEventLogOptions) {
    this.#directory = directory;
    this.#clock = options.clock;
    this.#readOnly = options.readOnly ?? false;
    this.#segmentBytesMax = options.segmentBytesMax ?? SEGMENT_BYTES_MAX;
  }

  append(stream: string, entries: readonly LogEntry[], trim?: Trim): Promise<number> {
    return promised(() => {
      const open = this.#writable(stream);
      const count = open.writer.append(entries, trim);
      if (count > 0) open.lastAppendAtMs = this.#clock.nowMs();
      this.#closeLeastUsed();
      return count;
    });
  }

  async sync(stream: string): Promise<void> {
    await promised(() => this.#writable(stream).writer.sync());
    this.#closeLeastUsed();
  }

  read(stream: string, after: LogId | null, limit: number): Promise<readonly LogEntry[]> {
    return promised(() => this.#reading(stream, ({ segments }) => segments.read(after, limit), []));
  }

  tail(stream: string, limit: number): Promise<readonly LogEntry[]> {
    return promised(() => this.#reading(stream, ({ segments }) => segments.readTail(limit), []));
  }

  info(stream: string): Promise<StreamInfo | null> {
    return promised(() => this.#info(stream));
  }

  list(): Promise<readonly StreamInfo[]> {
    return promised(() => {
      if (!existsSync(this.#directory)) return [];
      return readdirSync(this.#directory, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => streamNameOf(entry.name))
        .filter((name) => name !== null)
        .sort()
        .map((name) => this.#info(name))
        .filter((info) => info !== null);
    });
  }

  trimBelow(stream: string, minId: LogId): Promise<void> {
    return promised(() => {
      if (this.#exists(stream)) this.#writable(stream).writer.trimBelow(minId);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const open = [...this.#streams.values()];
    // Closed even when a disk refuses the sync; that fault is what the caller gets.
    const synced = await Promise.allSettled(
      this.#readOnly ? [] : open.map(({ writer }) => writer.sync()),
    );
    this.#closed = true;
    for (const { writer } of open) writer.closeHandle();
    this.#streams.clear();
    const failed = synced.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #info(name: string): StreamInfo | null {
    return this.#reading(name, (open) => streamInfo(name, open), null);
  }

  #writable(name: string): OpenStream {
    assertInvariant(!this.#readOnly, 'a log that was opened read-only is not written');
    return this.#open(name);
  }

  #exists(name: string): boolean {
    return this.#streams.has(name) || existsSync(this.#path(name));
  }

  #path(name: string): string {
    return join(this.#directory, streamDirectoryName(name));
  }

  /** Opens the stream on first use; the order of the map is the order of use. */
  #open(name: string): OpenStream {
    assertInvariant(!this.#closed, 'a closed event log is not used');
    const open = this.#streams.get(name) ?? this.#openAnew(name);
    this.#streams.delete(name);
    this.#streams.set(name, open);
    return open;
  }

  #openAnew(name: string): OpenStream {
    assertInvariant(this.#streams.size < STREAMS_MAX, `at most ${STREAMS_MAX} streams are open`);
    const segments = new StreamSegments(this.#path(name));
    const writer = new StreamWriter(segments, this.#encoder, this.#segmentBytesMax);
    if (!existsSync(segments.directory)) {
      return { segments, writer, tornBytes: 0, lastAppendAtMs: null };
    }
    return withFaults(segments.directory, () => {
      const newest = segments.listNames().at(-1);
      const lastAppendAtMs = newest === undefined ? null : modifiedAtMs(segments, newest);
      const tornBytes = this.#readOnly ? 0 : recoverStream(segments);
      return { segments, writer, tornBytes, lastAppendAtMs };
    });
  }

  #reading<T>(name: string, work: (open: OpenStream) => T, absent: T): T {
    for (let attempt = 1; ; attempt += 1) {
      if (!this.#exists(name)) return absent;
      try {
        return withFaults(this.#path(name), () => {
          const open = this.#open(name);
          if (this.#readOnly) refresh(open);
          return work(open);
        });
      } catch (fault) {
        if (!this.#readOnly || attempt >= READ_ATTEMPTS_MAX || !isMoving(fault)) throw fault;
        this.#streams.delete(name);
      }
    }
  }

  #closeLeastUsed(): void {
    const handles = [...this.#streams.values()].filter(({ writer }) => writer.isOpen);
    for (const { writer } of handles.slice(0, -OPEN_FILES_MAX)) writer.closeHandle();
  }
}

function refresh(open: OpenStream): void {
  refreshStream(open.segments);
  const newest = open.segments.newest;
  open.lastAppendAtMs = newest === undefined ? null : modifiedAtMs(open.segments, newest.name);
}

function streamInfo(name: string, open: OpenStream): StreamInfo | null {
  const { segments, tornBytes, lastAppendAtMs } = open;
  if (segments.newest === undefined) return null;
  const sizes = segments.segments.map((one) => statSync(segments.path(one)).size);
  return {
    name,
    length: segments.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    firstId: segments.length === 0 ? null : (segments.segments[0]?.firstId ?? null),
    lastId: segments.tail.lastId,
    entriesAdded: segments.entriesAdded,
    tornBytes,
    lastAppendAtMs,
  };
}

function modifiedAtMs(segments: StreamSegments, name: string): number | null {
  const found = statSync(segments.path({ name }), { throwIfNoEntry: false });
  return found === undefined ? null : Math.round(found.mtimeMs);
}

/** Faults that a writer in another process causes for a moment. */
function isMoving(fault: unknown): boolean {
  if (!(fault instanceof DependencyError)) return false;
  return errnoOf(fault.cause) === 'ENOENT' || fault.cause === undefined;
}

function withFaults<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (fault) {
    if (errnoOf(fault) === '') throw fault;
    throw fileFault(`Cannot read "${directory}"`, fault);
  }
}

/** Runs at once; what it throws becomes a rejection, as callers of a port expect. */
function promised<T>(work: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

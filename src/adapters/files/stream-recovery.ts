import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readFully } from './atomic-file.js';
import { damagedFile } from './file-fault.js';
import { SEGMENT_HEADER_BYTES } from './segment-file.js';
import { openSegment, type Segment, type StreamSegments, type Tail } from './stream-segments.js';

const TORN_BYTES_KEPT_MAX = 1024 * 1024;
const TORN_FILES_MAX = 4;

/**
 * Opens a stream for its writer: what a crash left behind the last whole record is cut off.
 * @returns how many bytes that were
 * @throws DependencyError for damage, which is never cut off: whole records come behind it
 */
export function recoverStream(stream: StreamSegments): number {
  const names = [...stream.listNames()];
  let tornBytes = 0;
  for (;;) {
    const newest = names.at(-1);
    if (newest === undefined) break;
    const opened = recoverNewest(stream, newest);
    tornBytes += opened.tornBytes;
    if (opened.segment !== null && (opened.tail.count > 0 || names.length === 1)) {
      stream.tail = opened.tail;
      break;
    }
    rmSync(stream.path({ name: newest }));
    names.pop();
  }
  stream.segments = names.map((name) => requireSegment(stream, name));
  return tornBytes;
}

/**
 * Brings a reader in another process up to date. A record that the writer is just writing is left
 * for the next call; nothing is changed on disk.
 */
export function refreshStream(stream: StreamSegments): void {
  const known = new Map(stream.segments.map((segment) => [segment.name, segment]));
  const before = stream.newest;
  const names = stream.listNames();
  const segments: Segment[] = [];
  for (const name of names) {
    const segment = known.get(name) ?? openSegment(stream, name);
    // Only the newest may be without its header, in the moment in which it is made.
    if (segment !== null) segments.push(segment);
    else if (name !== names.at(-1)) throw damagedFile(stream.path({ name }), 0, 'no header');
  }
  stream.segments = segments;
  const newest = stream.newest;
  const start = newest === undefined ? emptyTail(null) : emptyTail(newest);
  stream.tail =
    newest === undefined
      ? start
      : refreshedTail(stream, newest, newest.name === before?.name ? stream.tail : start);
}

function refreshedTail(stream: StreamSegments, newest: Segment, known: Tail): Tail {
  return stream.withFile(newest, (fd) => {
    if (fstatSync(fd).size >= known.bytes) {
      const { tail, end } = stream.scanTail(fd, known);
      if (end.kind === 'end' || end.kind === 'short') return tail;
    }
    // A failed batch was taken back, or there is damage: only a scan from the start can tell.
    stream.forgetCursors();
    const { tail, end } = stream.scanTail(fd, emptyTail(newest));
    stream.requireTornOnly(fd, newest.name, end);
    return tail;
  });
}

function recoverNewest(
  stream: StreamSegments,
  name: string,
): { readonly segment: Segment | null; readonly tail: Tail; readonly tornBytes: number } {
  const segment = openSegment(stream, name);
  const fd = openSync(stream.path({ name }), 'r+');
  try {
    const size = fstatSync(fd).size;
    if (segment === null) {
      keepTorn(stream, { name, fd, from: 0, size });
      return { segment, tail: emptyTail(null), tornBytes: size };
    }
    const { tail, end } = stream.scanTail(fd, emptyTail(segment));
    stream.requireTornOnly(fd, name, end);
    if (tail.bytes < size) {
      keepTorn(stream, { name, fd, from: tail.bytes, size });
      ftruncateSync(fd, tail.bytes);
    }
    return { segment, tail, tornBytes: size - tail.bytes };
  } finally {
    closeSync(fd);
  }
}

function requireSegment(stream: StreamSegments, name: string): Segment {
  const segment = openSegment(stream, name);
  if (segment === null) throw damagedFile(stream.path({ name }), 0, 'the header is damaged');
  return segment;
}

function emptyTail(segment: Segment | null): Tail {
  return { bytes: SEGMENT_HEADER_BYTES, count: 0, lastId: segment?.previousId ?? null };
}

/** Puts the bytes aside for whoever wants to know what was lost, within a bound. */
function keepTorn(
  stream: StreamSegments,
  torn: {
    readonly name: string;
    readonly fd: number;
    readonly from: number;
    readonly size: number;
  },
): void {
  if (torn.size === torn.from) return;
  const bytes = Buffer.alloc(Math.min(torn.size - torn.from, TORN_BYTES_KEPT_MAX));
  const length = readFully(torn.fd, bytes, bytes.length, torn.from);
  const path = stream.path({ name: `${torn.name}.${torn.from}.torn` });
  try {
    writeFileSync(path, bytes.subarray(0, length), { mode: 0o600 });
  } catch {
    // A full disk must not keep the log from opening: cutting is what makes it good again, and
    // tornBytes still says that something was cut.
    rmSync(path, { force: true });
  }
  for (const old of oldestTornFiles(stream.directory)) rmSync(old, { force: true });
}

function oldestTornFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.torn'))
    .map((name) => join(directory, name))
    .map((path) => ({ path, atMs: statSync(path).mtimeMs }))
    .sort((a, b) => a.atMs - b.atMs)
    .slice(0, -TORN_FILES_MAX)
    .map(({ path }) => path);
}

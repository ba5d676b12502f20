import { z } from 'zod';
import { STREAM_LIST, streamSpec } from '../engine/domain/wire/streams.js';
import type { LogEntry, StreamInfo } from '../engine/ports/event-log.js';

/** One stream as operators see it; `lengthMax` is null for a stream that is not of the wire. */
export interface StreamView {
  readonly name: string;
  readonly length: number;
  readonly lengthMax: number | null;
  readonly entriesAdded: number;
  readonly bytes: number;
  readonly lastAtMs: number | null;
  readonly tornBytes: number;
  /** False: nothing was ever written to it, which is not the same as "empty". */
  readonly exists: boolean;
}

/** Every stream of the wire, written or not, then what else the log holds; both by name. */
export function streamViews(infos: readonly StreamInfo[]): readonly StreamView[] {
  const known = STREAM_LIST.map(({ name }) => infos.find((info) => info.name === name) ?? name);
  const others = infos.filter((info) => streamSpec(info.name) === undefined);
  return [...known, ...others].map(streamView);
}

export function streamViewsJson(views: readonly StreamView[]) {
  return {
    streams: views.map((view) => ({
      name: view.name,
      exists: view.exists,
      length: view.length,
      length_max: view.lengthMax,
      entries_added: view.entriesAdded,
      bytes: view.bytes,
      torn_bytes: view.tornBytes,
      last_at: view.lastAtMs === null ? null : new Date(view.lastAtMs).toISOString(),
    })),
  };
}

export function entriesJson(stream: string, entries: readonly LogEntry[]) {
  return {
    stream,
    entries: entries.map(({ id, fields }) => ({ id: `${id.seq}-${id.ord}`, fields })),
  };
}

export interface EntryView {
  /** `seq-ord`. */
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** @returns null for a body of another shape or version */
export function readStreamViews(body: unknown): readonly StreamView[] | null {
  const read = STREAMS.safeParse(body);
  return read.success ? read.data.streams : null;
}

export function readEntries(body: unknown): readonly EntryView[] | null {
  const read = ENTRIES.safeParse(body);
  return read.success ? read.data.entries : null;
}

function streamView(info: StreamInfo | string): StreamView {
  if (typeof info === 'string') {
    const lengthMax = streamSpec(info)?.lengthMax ?? null;
    const nothing = { length: 0, entriesAdded: 0, bytes: 0, lastAtMs: null, tornBytes: 0 };
    return { name: info, lengthMax, exists: false, ...nothing };
  }
  return {
    name: info.name,
    exists: true,
    length: info.length,
    lengthMax: streamSpec(info.name)?.lengthMax ?? null,
    entriesAdded: info.entriesAdded,
    bytes: info.bytes,
    lastAtMs: info.lastAppendAtMs,
    tornBytes: info.tornBytes,
  };
}

const count = z.number().int().nonnegative();
const STREAM = z
  .object({
    name: z.string(),
    exists: z.boolean(),
    length: count,
    length_max: count.nullable(),
    entries_added: count,
    bytes: count,
    torn_bytes: count,
    last_at: z.iso.datetime().nullable(),
  })
  .transform(({ name, exists, length, bytes, ...stream }) => ({
    ...{ name, exists, length, bytes },
    lengthMax: stream.length_max,
    entriesAdded: stream.entries_added,
    tornBytes: stream.torn_bytes,
    lastAtMs: stream.last_at === null ? null : Date.parse(stream.last_at),
  }));
const STREAMS = z.object({ streams: z.array(STREAM) });
const ENTRIES = z.object({
  stream: z.string(),
  entries: z.array(z.object({ id: z.string(), fields: z.record(z.string(), z.string()) })),
});

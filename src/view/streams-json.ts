import { z } from 'zod';
import { STREAM_LIST, streamSpec } from '../engine/domain/wire/streams.js';
import type { StreamInfo } from '../engine/ports/event-log.js';
import { logIdText } from './stream-page.js';

/** One stream as operators see it; `lengthMax` is null for a stream that is not of the wire. */
export interface StreamView {
  readonly name: string;
  readonly length: number;
  readonly lengthMax: number | null;
  /** Null when unknown. */
  readonly entriesAdded: number | null;
  /** Null when unknown. */
  readonly bytes: number | null;
  /** `seq-ord`, null for a stream without entries. */
  readonly newestId: string | null;
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
  return { streams: views.map(streamViewJson) };
}

export function streamViewJson(view: StreamView) {
  return {
    name: view.name,
    exists: view.exists,
    length: view.length,
    length_max: view.lengthMax,
    // At the cap the length says "full"; only `entries_added` still counts.
    capped: view.lengthMax !== null && view.length >= view.lengthMax,
    entries_added: view.entriesAdded,
    bytes: view.bytes,
    torn_bytes: view.tornBytes,
    newest_id: view.newestId,
    last_at: view.lastAtMs === null ? null : new Date(view.lastAtMs).toISOString(),
  };
}

export type StreamJson = ReturnType<typeof streamViewJson>;

/** @returns null for a body of another shape or version */
export function readStreamViews(body: unknown): readonly StreamView[] | null {
  const read = STREAMS.safeParse(body);
  return read.success ? read.data.streams : null;
}

/** @param info a name for a stream to which nothing was ever written */
export function streamView(info: StreamInfo | string): StreamView {
  if (typeof info === 'string') {
    const lengthMax = streamSpec(info)?.lengthMax ?? null;
    const none = { length: 0, entriesAdded: 0, bytes: 0, tornBytes: 0 };
    return { name: info, lengthMax, exists: false, ...none, newestId: null, lastAtMs: null };
  }
  return {
    name: info.name,
    exists: true,
    length: info.length,
    lengthMax: streamSpec(info.name)?.lengthMax ?? null,
    entriesAdded: info.entriesAdded,
    bytes: info.bytes,
    newestId: info.lastId === null ? null : logIdText(info.lastId),
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
    entries_added: count.nullable(),
    bytes: count.nullable(),
    torn_bytes: count,
    newest_id: z.string().nullable(),
    last_at: z.iso.datetime().nullable(),
  })
  .transform(({ name, exists, length, bytes, ...stream }) => ({
    ...{ name, exists, length, bytes },
    lengthMax: stream.length_max,
    entriesAdded: stream.entries_added,
    tornBytes: stream.torn_bytes,
    newestId: stream.newest_id,
    lastAtMs: stream.last_at === null ? null : Date.parse(stream.last_at),
  }));
export const STREAM_VIEWS = z.array(STREAM);
const STREAMS = z.object({ streams: STREAM_VIEWS });

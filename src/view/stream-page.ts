import { z } from 'zod';
import { compareLogIds, type EventLog, type LogId } from '../engine/ports/event-log.js';

export interface EntryView {
  /** `seq-ord`. */
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Entries of one stream, with what tells a reader whether it has seen all there ever were. */
export interface StreamPage {
  /** Oldest first. */
  readonly entries: readonly EntryView[];
  /** Newest of the whole stream when the page was taken; no entry of the page is behind it. */
  readonly newestId: string | null;
  /** Up to `newestId`, entries that were trimmed included; null when unknown. */
  readonly entriesAdded: number | null;
}

/** `newest`: the last ones; else those behind `after`, from the oldest where that is null. */
export type PageStart = 'newest' | { readonly after: LogId | null };

/** Null when nothing was ever written to a stream of that name. */
export async function streamPage(
  log: Pick<EventLog, 'info' | 'read' | 'tail'>,
  name: string,
  { start, limit }: { readonly start: PageStart; readonly limit: number },
): Promise<StreamPage | null> {
  const info = await log.info(name);
  if (info === null) return null;
  const { lastId, entriesAdded } = info;
  const found =
    start === 'newest' ? await log.tail(name, limit) : await log.read(name, start.after, limit);
  // What was appended since belongs to the next page, or the figures would not fit the entries.
  const entries = found.filter(({ id }) => lastId !== null && compareLogIds(id, lastId) <= 0);
  return {
    entries: entries.map(({ id, fields }) => ({ id: logIdText(id), fields })),
    newestId: lastId === null ? null : logIdText(lastId),
    entriesAdded,
  };
}

export function streamPageJson(stream: string, page: StreamPage) {
  const { entries, newestId, entriesAdded } = page;
  return { stream, newest_id: newestId, entries_added: entriesAdded, entries };
}

/** @returns null for a body of another shape or version */
export function readStreamPage(body: unknown): StreamPage | null {
  const read = PAGE.safeParse(body);
  return read.success ? read.data : null;
}

export function logIdText({ seq, ord }: LogId): string {
  return `${seq}-${ord}`;
}

/** @returns null for anything that is no id */
export function parseLogId(text: string): LogId | null {
  const [, seq, ord] = /^(\d{1,15})-(\d{1,16})$/.exec(text) ?? [];
  if (seq === undefined || ord === undefined) return null;
  return { seq: Number(seq), ord: Math.min(Number(ord), Number.MAX_SAFE_INTEGER) };
}

/** The greatest id below; null below the first one. */
export function logIdBefore({ seq, ord }: LogId): LogId | null {
  if (ord > 0) return { seq, ord: ord - 1 };
  return seq > 0 ? { seq: seq - 1, ord: Number.MAX_SAFE_INTEGER } : null;
}

const PAGE = z
  .object({
    newest_id: z.string().nullable(),
    entries_added: z.number().int().nonnegative().nullable(),
    entries: z.array(z.object({ id: z.string(), fields: z.record(z.string(), z.string()) })),
  })
  .transform(({ entries, ...page }) => ({
    entries,
    newestId: page.newest_id,
    entriesAdded: page.entries_added,
  }));

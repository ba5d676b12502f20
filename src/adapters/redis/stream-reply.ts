import type { LogEntry, LogId } from '../../engine/ports/event-log.js';

/** Answers of the stream commands. What another program wrote may hold anything: nothing throws. */

const ID = /^(\d{1,20})-(\d{1,20})$/;

export function idText({ seq, ord }: LogId): string {
  return `${seq}-${ord}`;
}

/** Null for what is no id, and for one beyond exact numbers (nobody's clock makes one). */
export function readStreamId(value: unknown): LogId | null {
  const [, seq, ord] = (typeof value === 'string' ? ID.exec(value) : null) ?? [];
  if (seq === undefined || ord === undefined) return null;
  const id = { seq: Number(seq), ord: Number(ord) };
  return Number.isSafeInteger(id.seq) && Number.isSafeInteger(id.ord) ? id : null;
}

/** Null when something in it is no entry. */
export function entriesOf(reply: unknown): readonly LogEntry[] | null {
  if (!Array.isArray(reply)) return null;
  const entries = reply.map(entryOf);
  return entries.every((entry) => entry !== null) ? entries : null;
}

/** Of `first-entry` in XINFO; null where the stream is empty. */
export function readEntryId(entry: unknown): LogId | null {
  return Array.isArray(entry) ? readStreamId(entry[0]) : null;
}

/** `[name, value, name, value, …]`. */
export function memberOf(reply: unknown, name: string): unknown {
  if (!Array.isArray(reply)) return undefined;
  const at = reply.findIndex((word, index) => index % 2 === 0 && word === name);
  return at < 0 ? undefined : reply[at + 1];
}

/** Null is "not known", which is not 0. */
export function wholeNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function entryOf(reply: unknown): LogEntry | null {
  if (!Array.isArray(reply)) return null;
  const id = readStreamId(reply[0]);
  const words: unknown = reply[1];
  if (id === null || !Array.isArray(words)) return null;
  const texts = words.map(String);
  const fields: [string, string][] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) {
    fields.push([texts[at] ?? '', texts[at + 1] ?? '']);
  }
  return { id, fields: Object.fromEntries(fields) };
}

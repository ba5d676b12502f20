import type { RedisLink } from './redis-link.js';

export interface StreamEntry {
  /** First part of the entry's id. */
  readonly seq: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** Field and value in turns, as the server gives hashes and entries. */
export function fieldsOf(answer: unknown): Readonly<Record<string, string>> {
  const words = answer as string[];
  const fields: Record<string, string> = {};
  for (let i = 0; i < words.length; i += 2) fields[words[i] ?? ''] = words[i + 1] ?? '';
  return fields;
}

/** Entries whose id is above `<afterSeq>`, oldest first; waits for the first where it may. */
export async function readEntries(
  link: RedisLink,
  action: string,
  asked: {
    readonly stream: string;
    readonly afterSeq: number;
    readonly limit: number;
    readonly waitMs: number;
  },
): Promise<readonly StreamEntry[]> {
  const { stream, afterSeq, limit, waitMs } = asked;
  const block = waitMs > 0 ? ['BLOCK', waitMs] : [];
  const words = ['COUNT', limit, ...block, 'STREAMS', stream, `${afterSeq}-0`];
  const answer = await link.call(action, 'XREAD', ...words);
  const [first] = (answer ?? []) as [string, [string, string[]][]][];
  return (first?.[1] ?? []).map(([id, words]) => ({
    seq: Number.parseInt(id, 10),
    fields: fieldsOf(words),
  }));
}

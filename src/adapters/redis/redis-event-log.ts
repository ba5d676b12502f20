import { assertInvariant } from '../../engine/domain/invariant.js';
import {
  compareLogIds,
  serverTimeOf,
  type EventLog,
  type LogEntry,
  type LogId,
  type StreamInfo,
  type Trim,
} from '../../engine/ports/event-log.js';
import { DependencyError } from '../../operator-error.js';
import { nullWhere } from './redis-error.js';
import { redisScript, type RedisLink } from './redis-link.js';
import { scanKeys } from './scan-keys.js';
import {
  entriesOf,
  idText,
  memberOf,
  readEntryId,
  readStreamId,
  wholeNumber,
} from './stream-reply.js';

export interface RedisLogOptions {
  /** In front of every stream's name; `list` shows what is below it. Empty: all of the database. */
  readonly keyPrefix: string;
  /** Names that `list` looks for first, so that a crowd of others can't hide them. */
  readonly names?: readonly string[];
}

/** What one script may hold: a server that runs one does nothing else. */
const CHUNK_ENTRIES_MAX = 500;
const CHUNK_CHARS_MAX = 1_000_000;
const PAGE_ENTRIES_MAX = 1_000;
/** Of one step of a trim, for the same reason. */
const TRIM_ENTRIES_MAX = 10_000;
/** As of the files: a name per trade is a bug. */
const STREAMS_MAX = 1_000;
const FIELDS_MAX = 1_000;

/**
 * KEYS: the stream. ARGV: its cap or 0, the number of entries, then of each entry seq, ord, the
 * number of words that follow, fields and values. Ids stay below 2^53, so Lua's numbers hold them.
 * Entries at or below the last id are there already (or were, before a trim): run twice, it adds
 * nothing. What can be refused is asked first, because what a script has written stays written.
 */
const APPEND = redisScript(`
local key = KEYS[1]
local seq, ord = -1, -1
if redis.call('EXISTS', key) == 1 then
  local info = redis.call('XINFO', 'STREAM', key)
  for at = 1, #info, 2 do
    if info[at] == 'last-generated-id' then
      local a, b = string.match(info[at + 1], '^(%d+)-(%d+)$')
      seq, ord = tonumber(a), tonumber(b)
    end
  end
end
local added, at = 0, 3
for _ = 1, tonumber(ARGV[2]) do
  local s, o, words = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  if s > seq or (s == seq and o > ord) then
    redis.call('XADD', key, ARGV[at] .. '-' .. ARGV[at + 1], unpack(ARGV, at + 3, at + 2 + words))
    seq, ord = s, o
    added = added + 1
  end
  at = at + 3 + words
end
if added > 0 and tonumber(ARGV[1]) > 0 then
  redis.call('XTRIM', key, 'MAXLEN', '~', ARGV[1])
end
return added
`);

/**
 * Streams of Redis. The link belongs to whoever opened it. Nothing is repeated here: an append
 * whose answer was lost may be repeated by the caller, since what is there is skipped.
 */
export function openRedisEventLog(link: RedisLink, options: RedisLogOptions): EventLog {
  return new RedisEventLog(link, options);
}

class RedisEventLog implements EventLog {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #names: readonly string[];
  #closed = false;

  constructor(link: RedisLink, { keyPrefix, names = [] }: RedisLogOptions) {
    this.#link = link;
    this.#prefix = keyPrefix;
    this.#names = names;
  }

  async append(stream: string, entries: readonly LogEntry[], trim?: Trim): Promise<number> {
    let added = 0;
    for (const chunk of chunksOf(entries)) {
      const words = [trim?.lengthMax ?? 0, chunk.length, ...chunk.flatMap(entryWords)];
      const reply = await this.#run(`append to stream "${stream}"`, stream, words);
      added += wholeNumber(reply) ?? 0;
    }
    return added;
  }

  /** As durable as the server is told to be (`appendfsync`): a client of 7.0 can't ask for more. */
  sync(): Promise<void> {
    return Promise.resolve();
  }

  async read(stream: string, after: LogId | null, limit: number): Promise<readonly LogEntry[]> {
    const entries: LogEntry[] = [];
    let start = after === null ? '-' : `(${idText(after)}`;
    while (entries.length < limit) {
      const page = await this.#page(stream, ['XRANGE', start, '+'], limit - entries.length);
      entries.push(...page.entries);
      const last = entries.at(-1);
      if (page.isLast || last === undefined) break;
      start = `(${idText(last.id)}`;
    }
    return entries;
  }

  async tail(stream: string, limit: number): Promise<readonly LogEntry[]> {
    const newestFirst: LogEntry[] = [];
    let end = '+';
    while (newestFirst.length < limit) {
      const page = await this.#page(stream, ['XREVRANGE', end, '-'], limit - newestFirst.length);
      newestFirst.push(...page.entries);
      const oldest = newestFirst.at(-1);
      if (page.isLast || oldest === undefined) break;
      end = `(${idText(oldest.id)}`;
    }
    return newestFirst.reverse();
  }

  async info(stream: string): Promise<StreamInfo | null> {
    const action = `look at stream "${stream}"`;
    const [info, bytes] = await Promise.all([
      this.#call(action, 'XINFO', 'STREAM', this.#key(stream)).catch(nullWhere('ERR no such key')),
      // Not every user may ask for it.
      this.#call(action, 'MEMORY', 'USAGE', this.#key(stream)).catch(nullWhere('NOPERM')),
    ]);
    if (info === null) return null;
    const found = streamInfo(stream, info, bytes);
    if (found === null) throw unreadable(action);
    return found;
  }

  async list(): Promise<readonly StreamInfo[]> {
    const names = new Set(this.#names);
    const action = 'list the streams';
    this.#assertOpen();
    const ask = { prefix: this.#prefix, type: 'stream' };
    for await (const key of scanKeys(this.#link, action, ask)) {
      names.add(key.slice(this.#prefix.length));
      if (names.size >= STREAMS_MAX) break;
    }
    // A name of the wire may be taken by a key of another kind; that is no stream.
    const infos = await Promise.all(
      [...names].map((name) => this.info(name).catch(nullWhere('WRONGTYPE'))),
    );
    return infos
      .filter((info) => info !== null)
      .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  }

  async trimBelow(stream: string, minId: LogId): Promise<void> {
    const words = ['MINID', '~', idText(minId), 'LIMIT', TRIM_ENTRIES_MAX];
    const action = `trim stream "${stream}"`;
    // Each step takes whole nodes of the stream only; none is left when a step takes nothing.
    while ((await this.#call(action, 'XTRIM', this.#key(stream), ...words)) !== 0);
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  async #page(
    stream: string,
    [command, from, to]: readonly [string, string, string],
    limit: number,
  ): Promise<{ readonly entries: readonly LogEntry[]; readonly isLast: boolean }> {
    const count = Math.min(limit, PAGE_ENTRIES_MAX);
    const action = `read stream "${stream}"`;
    const reply = await this.#call(action, command, this.#key(stream), from, to, 'COUNT', count);
    const entries = entriesOf(reply);
    if (entries === null) throw unreadable(action);
    return { entries, isLast: entries.length < count };
  }

  #key(stream: string): string {
    return `${this.#prefix}${stream}`;
  }

  #call(action: string, command: string, ...words: readonly (string | number)[]): Promise<unknown> {
    this.#assertOpen();
    return this.#link.call(action, command, ...words);
  }

  #run(action: string, stream: string, words: readonly (string | number)[]): Promise<unknown> {
    this.#assertOpen();
    return this.#link.run(action, APPEND, [this.#key(stream)], words);
  }

  #assertOpen(): void {
    assertInvariant(!this.#closed, 'a closed event log is not used');
  }
}

function streamInfo(name: string, info: unknown, bytes: unknown): StreamInfo | null {
  const length = wholeNumber(memberOf(info, 'length'));
  if (length === null) return null;
  const lastId = readStreamId(memberOf(info, 'last-generated-id'));
  return {
    name,
    length,
    bytes: wholeNumber(bytes),
    firstId: readEntryId(memberOf(info, 'first-entry')),
    lastId,
    // Servers before 7.0 do not count.
    entriesAdded: wholeNumber(memberOf(info, 'entries-added')),
    tornBytes: 0,
    lastAppendAtMs: lastId === null ? null : serverTimeOf(lastId),
  };
}

/** In pieces that the server can take in at once; a larger entry is a piece of its own. */
function* chunksOf(entries: readonly LogEntry[]): Generator<readonly LogEntry[]> {
  let chunk: LogEntry[] = [];
  let chars = 0;
  for (const entry of entries) {
    const more = charsOf(entry);
    const isFull = chunk.length >= CHUNK_ENTRIES_MAX || chars + more > CHUNK_CHARS_MAX;
    if (isFull && chunk.length > 0) {
      yield chunk;
      chunk = [];
      chars = 0;
    }
    chunk.push(entry);
    chars += more;
  }
  if (chunk.length > 0) yield chunk;
}

function charsOf({ fields }: LogEntry): number {
  return Object.entries(fields).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
}

function entryWords({ id, fields }: LogEntry): readonly (string | number)[] {
  const words = Object.entries(fields).flat();
  assertInvariant(
    words.length > 0 && words.length <= 2 * FIELDS_MAX,
    `an entry of a stream has 1 to ${FIELDS_MAX} fields`,
  );
  assertInvariant(compareLogIds(id, ZERO) > 0, 'an id of a stream is above 0-0');
  return [id.seq, id.ord, words.length, ...words];
}

const ZERO: LogId = { seq: 0, ord: 0 };

function unreadable(action: string): DependencyError {
  const why = 'the answer is none of a stream, or it holds an id beyond exact numbers';
  return new DependencyError(`Cannot ${action}: ${why}`, { dependency: 'redis', retryable: false });
}

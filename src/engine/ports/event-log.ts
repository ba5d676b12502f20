/**
 * Ordered streams of small records, the one shape of journal, spool and published facts.
 * Adapters: files in the state directory; Redis Streams. One contract suite runs against each.
 */
export interface EventLog {
  /**
   * Appends in order, all or (after a crash) a prefix. Resolves once the bytes are with the
   * operating system (of the server); `sync` makes them survive power loss where it can.
   * An entry whose id is not above the stream's last id is skipped: a repeated append after a
   * crash changes nothing. @returns how many were new
   */
  append(stream: string, entries: readonly LogEntry[], trim?: Trim): Promise<number>;
  /** Makes all that was appended to the stream durable; on Redis `appendfsync` decides that. */
  sync(stream: string): Promise<void>;
  /** Entries with id > `after` (null = from the oldest), oldest first, at most `limit`. */
  read(stream: string, after: LogId | null, limit: number): Promise<readonly LogEntry[]>;
  /** The newest `limit` entries, oldest first. */
  tail(stream: string, limit: number): Promise<readonly LogEntry[]>;
  /** Null when the stream does not exist. */
  info(stream: string): Promise<StreamInfo | null>;
  list(): Promise<readonly StreamInfo[]>;
  /** Drops entries with id below `minId`; may keep some of them (whole segments go). */
  trimBelow(stream: string, minId: LogId): Promise<void>;
  close(): Promise<void>;
}

/**
 * Ordered by `seq`, then `ord`; above 0-0. Within a run `seq` is the journal sequence of the cause; in
 * a stream that another stack writes to Redis it is the server's time in ms.
 */
export interface LogId {
  readonly seq: number;
  readonly ord: number;
}

export interface LogEntry {
  readonly id: LogId;
  /** Field names and values as on the wire, at least one; values are text. */
  readonly fields: Readonly<Record<string, string>>;
}

/** At most about this many entries stay; a full stream may hold one segment (or node) more. */
export interface Trim {
  readonly lengthMax: number;
}

export interface StreamInfo {
  readonly name: string;
  readonly length: number;
  /** Null when unknown. */
  readonly bytes: number | null;
  readonly firstId: LogId | null;
  readonly lastId: LogId | null;
  /** All that was ever appended, trimmed entries included; null when unknown. */
  readonly entriesAdded: number | null;
  /** Bytes of a torn tail that were cut off when the stream was opened; 0 where none can be. */
  readonly tornBytes: number;
  /** Wall clock of the newest append, null when unknown. */
  readonly lastAppendAtMs: number | null;
}

/** A journal does not come here in a lifetime; a server's clock is there since 2017. */
const SERVER_TIME_MS_MIN = 1.5e12;
const SERVER_TIME_MS_MAX = 1e13;

/** When a server made the id; null for an id that was given to it. */
export function serverTimeOf({ seq }: LogId): number | null {
  return seq >= SERVER_TIME_MS_MIN && seq < SERVER_TIME_MS_MAX ? seq : null;
}

export function compareLogIds(a: LogId, b: LogId): number {
  return a.seq === b.seq ? a.ord - b.ord : a.seq - b.seq;
}

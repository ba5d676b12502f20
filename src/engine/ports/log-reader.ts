/** A line as it stands in the file; null for one that is too long or no text. */
export type RawLine = string | null;

export interface LogFile {
  /** Of its last line, or a little later. */
  readonly modifiedAtMs: number;
  /** Its lines, oldest first, in chunks of bounded size. Read once. */
  chunks(): Iterable<readonly RawLine[]>;
}

export type FollowedLine =
  | { readonly kind: 'line'; readonly line: RawLine }
  /** What happened to the file under the reader, in words. */
  | { readonly kind: 'note'; readonly words: string };

/** Reads the engine's log beside whoever writes it; writes and locks nothing. */
export interface LogReader {
  /** Of the current file, as it is shown to people. */
  readonly path: string;
  /**
   * The files that are there now, oldest first; the last one is the current one, and reading it
   * sets where `follow` goes on. Empty when there is no log.
   */
  files(): readonly LogFile[];
  /** A last line of the current file that has no end (yet). */
  rest(): readonly RawLine[];
  /**
   * What is written from there on, across files that are set aside, cut or removed. Waits for a
   * log that is not there yet. Ends when the signal aborts.
   */
  follow(signal: AbortSignal): AsyncIterable<readonly FollowedLine[]>;
  close(): void;
}

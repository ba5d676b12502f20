import type { Board } from './board.js';

/** A change that breaks a reader raises the number. */
export const BOARD_SCHEMA = 'cdb.board/1';
/** A board is about eight deep; a file that is deeper is none, and must not exhaust the stack. */
const DEPTH_MAX = 32;

/** The first line of a recording, in front of one board per line. */
export interface RecordingHead {
  readonly writtenAtMs: number;
}

/** A line without its end, as all of these. */
export function headLine(head: RecordingHead): string {
  return JSON.stringify(toWire({ schema: BOARD_SCHEMA, ...head }));
}

export function boardLine(board: Board): string {
  return JSON.stringify(toWire(board));
}

/** A single board by itself: what an export keeps. */
export function boardDocument(board: Board): string {
  return JSON.stringify(toWire({ schema: BOARD_SCHEMA, board }));
}

/** Keys with underscores, as everything that cdb prints or keeps as JSON has them. */
export function toWire(value: unknown): unknown {
  return renamed(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), 0);
}

/** The same with every key of it renamed. @throws RangeError for what is deeper than any board */
export function renamed(value: unknown, rename: (key: string) => string, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) throw new RangeError('nested too deep');
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [rename(key), renamed(item, rename, depth + 1)]),
  );
}

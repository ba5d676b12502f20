import type { Board } from './board.js';
import { readBoard } from './board-schema.js';

/** A change that breaks a reader raises the number. */
const SCHEMA = 'cdb.board/1';
/** A board is about eight deep; a file that is deeper is none, and must not exhaust the stack. */
const DEPTH_MAX = 32;

/** The first line of a recording, in front of one board per line. */
export interface RecordingHead {
  readonly writtenAtMs: number;
  readonly where: string;
}

export type WireLine =
  | { readonly kind: 'head' }
  | { readonly kind: 'board'; readonly board: Board }
  /** A board that says itself of which form it is. */
  | { readonly kind: 'export'; readonly board: Board }
  /** Of a newer cdb, or of something else. */
  | { readonly kind: 'foreign'; readonly schema: string }
  | { readonly kind: 'broken'; readonly why: string };

/** A line without its end, as all of these. */
export function headLine(head: RecordingHead): string {
  return JSON.stringify(toWire({ schema: SCHEMA, ...head }));
}

export function boardLine(board: Board): string {
  return JSON.stringify(toWire(board));
}

/** A single board by itself: what an export keeps. */
export function boardDocument(board: Board): string {
  return JSON.stringify(toWire({ schema: SCHEMA, board }));
}

/** A line of a recording, or the whole of an export. */
export function readWire(text: string): WireLine {
  let value: unknown;
  try {
    value = fromWire(JSON.parse(text));
  } catch {
    return { kind: 'broken', why: 'it is no JSON' };
  }
  if (!isObject(value)) return { kind: 'broken', why: 'it is no JSON object' };
  const { schema } = value;
  if (schema !== undefined && schema !== SCHEMA) {
    return { kind: 'foreign', schema: typeof schema === 'string' ? schema : 'of no name' };
  }
  if (schema === SCHEMA && !('board' in value)) return { kind: 'head' };
  const read = readBoard(schema === SCHEMA ? value['board'] : value);
  return 'board' in read
    ? { kind: schema === SCHEMA ? 'export' : 'board', board: read.board }
    : { kind: 'broken', why: `it is no board (${read.fault})` };
}

/** Keys with underscores, as everything that cdb prints or keeps as JSON has them. */
export function toWire(value: unknown): unknown {
  return renamed(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), 0);
}

/** Keys as the code has them: undoes `toWire`. */
export function fromWire(value: unknown): unknown {
  return renamed(value, (key) => key.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()), 0);
}

function renamed(value: unknown, rename: (key: string) => string, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) throw new RangeError('nested too deep');
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [rename(key), renamed(item, rename, depth + 1)]),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Board } from './board.js';
import { readBoard } from './board-schema.js';
import { BOARD_SCHEMA, renamed } from './wire.js';

export type WireLine =
  | { readonly kind: 'head' }
  | { readonly kind: 'board'; readonly board: Board }
  /** A board that says itself of which form it is. */
  | { readonly kind: 'export'; readonly board: Board }
  /** Of a newer cdb, or of something else. */
  | { readonly kind: 'foreign'; readonly schema: string }
  | { readonly kind: 'broken'; readonly why: string };

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
  if (schema !== undefined && schema !== BOARD_SCHEMA) {
    return { kind: 'foreign', schema: typeof schema === 'string' ? schema : 'of no name' };
  }
  if (schema === BOARD_SCHEMA && !('board' in value)) return { kind: 'head' };
  const read = readBoard(schema === BOARD_SCHEMA ? value['board'] : value);
  return 'board' in read
    ? { kind: schema === BOARD_SCHEMA ? 'export' : 'board', board: read.board }
    : { kind: 'broken', why: `it is no board (${read.fault})` };
}

/** Keys as the code has them: undoes `toWire`. */
export function fromWire(value: unknown): unknown {
  return renamed(value, (key) => key.replace(/_([a-z])/g, (_, c: string) => c.toUpperCase()), 0);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

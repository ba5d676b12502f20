import {
  PORT_MAX,
  SEED_MAX,
  readDurationMs,
  readInteger,
  readList,
  readSpeed,
  type ReadValue,
} from '../config/values.js';

type Reader<T> = (text: string) => ReadValue<T>;

/** Rows, lines and seeds are counted; nobody needs more, and more would not fit a safe integer. */
const COUNT_MAX = 1_000_000;

export const duration: Reader<number> = readDurationMs;

/** A time between two bounds, in ms; `bounds` are their words. */
export function durationWithin(minMs: number, maxMs: number, bounds: string): Reader<number> {
  return (text) => {
    const read = readDurationMs(text);
    if (!read.ok || (read.value >= minMs && read.value <= maxMs)) return read;
    return { ok: false, required: `a time ${bounds}` };
  };
}

export const speed: Reader<number | 'max'> = readSpeed;
export const list: Reader<readonly string[]> = (text) => ({ ok: true, value: readList(text) });
export const count: Reader<number> = (text) => readInteger(text, 1, COUNT_MAX);
export const seed: Reader<number> = (text) => readInteger(text, 0, SEED_MAX);
export const port: Reader<number> = (text) => readInteger(text, 0, PORT_MAX);

export function choice(...choices: readonly string[]): Reader<string> {
  return (text) =>
    choices.includes(text)
      ? { ok: true, value: text }
      : { ok: false, required: `one of ${choices.join(', ')}` };
}

/** `--set regime.adxTrend=25`: the key and the number are checked with the configuration. */
export const assignment: Reader<string> = (text) =>
  /^[^=\s]+=[^=\s]+$/.test(text)
    ? { ok: true, value: text }
    : { ok: false, required: 'key=value, for instance "regime.adxTrend=25"' };

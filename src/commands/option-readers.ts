import {
  PORT_MAX,
  SEED_MAX,
  readDurationMs,
  readInteger,
  readList,
  readSpeed,
  type ReadValue,
} from '../config/values.js';
import type { OptionReader, OptionValue } from './parsed-options.js';

/** Rows, lines and seeds are counted; nobody needs more, and more would not fit a safe integer. */
const COUNT_MAX = 1_000_000;

export const duration = reader('time', readDurationMs);

/** A time between two bounds, in ms; `bounds` are their words. */
export function durationWithin(minMs: number, maxMs: number, bounds: string): OptionReader<number> {
  return reader('time', (text) => {
    const read = readDurationMs(text);
    if (!read.ok || (read.value >= minMs && read.value <= maxMs)) return read;
    return { ok: false, required: `a time ${bounds}` };
  });
}

/** `--state-dir "$UNSET"` must not mean the directory that the shell stands in. */
export const path = reader('text', (text) =>
  text === '' ? { ok: false, required: 'a path' } : { ok: true, value: text },
);
export const speed = reader('factor', readSpeed);
export const list = reader('list', (text) => ({ ok: true, value: readList(text) }));
export const count = countUpTo(COUNT_MAX);
export const seed = reader('integer', (text) => readInteger(text, 0, SEED_MAX));
export const port = reader('integer', (text) => readInteger(text, 0, PORT_MAX));

/** `5` or `5%`: whole, 1 to 100. */
export const percent = reader('percent', (text) => readInteger(text.replace(/%$/, ''), 1, 100));

export function countUpTo(max: number): OptionReader<number> {
  return reader('integer', (text) => readInteger(text, 1, max));
}

export function choice(...choices: readonly string[]): OptionReader<string> {
  const read = (text: string): ReadValue<string> =>
    choices.includes(text)
      ? { ok: true, value: text }
      : { ok: false, required: `one of ${choices.join(', ')}` };
  return Object.assign(reader('choice', read), { choices });
}

/** `a,b`: any of the choices, separated by commas. */
export function choiceList(...choices: readonly string[]): OptionReader<readonly string[]> {
  const read = (text: string): ReadValue<readonly string[]> => {
    const items = readList(text);
    return items.every((item) => choices.includes(item))
      ? { ok: true, value: items }
      : { ok: false, required: `any of ${choices.join(', ')}` };
  };
  return Object.assign(reader('list', read), { choices });
}

/** `--set regime.adxTrend=25`: the key and the number are checked with the configuration. */
export const assignment = reader('key=value', (text) =>
  /^[^=\s]+=[^=\s]+$/.test(text)
    ? { ok: true, value: text }
    : { ok: false, required: 'key=value, for instance "regime.adxTrend=25"' },
);

function reader<T extends OptionValue>(
  kind: string,
  read: (text: string) => ReadValue<T>,
): OptionReader<T> {
  return Object.assign((text: string) => read(text), { kind });
}

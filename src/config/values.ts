/** The result of reading one value that a person wrote. */
export type ReadValue<T> =
  | { readonly ok: true; readonly value: T }
  /** `required` completes the sentence "required …". */
  | { readonly ok: false; readonly required: string };

/** Seeds are 32 bits wide. */
export const SEED_MAX = 2 ** 32 - 1;
export const PORT_MAX = 65_535;

const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES_PER_UNIT = { B: 1, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;

/** `30s`, `1.5m`, `8h`. A bare number is refused: nobody knows whether it meant ms or s. */
export function readDurationMs(text: string): ReadValue<number> {
  return readWithUnit(text, MS_PER_UNIT, 'a time with its unit (ms, s, m, h, d) such as "30s"');
}

/** `64MiB`, `512KiB`. */
export function readBytes(text: string): ReadValue<number> {
  return readWithUnit(
    text,
    BYTES_PER_UNIT,
    'a size with its unit (B, KiB, MiB, GiB), e.g. "64MiB"',
  );
}

/** Replay speed: a factor (`20`, `20x`, `0.5x`) or `max`. */
export function readSpeed(text: string): ReadValue<number | 'max'> {
  if (text === 'max') return { ok: true, value: 'max' };
  const factor = /^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1];
  const value = Number(factor);
  return factor !== undefined && value > 0 && value <= 100_000
    ? { ok: true, value }
    : { ok: false, required: 'a factor above 0 and up to 100000 such as "20x", or "max"' };
}

export function readInteger(text: string, min: number, max: number): ReadValue<number> {
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max
    ? { ok: true, value }
    : { ok: false, required: `an integer from ${min} to ${max}` };
}

/** `a,b , c`; empty items are dropped. */
export function readList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function readWithUnit(
  text: string,
  factors: Readonly<Record<string, number>>,
  required: string,
): ReadValue<number> {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text) ?? [];
  const factor = Object.hasOwn(factors, unit) ? factors[unit] : undefined;
  if (factor === undefined) return { ok: false, required };
  const value = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(value) ? { ok: true, value } : { ok: false, required };
}

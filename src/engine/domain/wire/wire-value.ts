/**
 * A message before it takes one of its two wire forms. A number is float64 or an integer and must
 * be finite; exact amounts are `decimal` so that no digit passes through a float; null members are
 * left out, because a stream has no null.
 */
export type WireValue = string | number | boolean | Decimal | WireObject | null;
export interface WireObject {
  readonly [field: string]: WireValue;
}
export interface Decimal {
  readonly decimal: string;
}

const DECIMAL_TEXT = /^(-?\d+)(?:\.(\d*?)0*)?$/;

/** `"0.00021991"` from `"0.00021991"`, `"50012.91"` from `"50012.91000000"`. */
export function decimal(text: string): Decimal {
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) return { decimal: text };
  const [, whole = '0', fraction = ''] = match;
  return { decimal: fraction === '' ? whole : `${whole}.${fraction}` };
}

/** Whole seconds, as every `timestamp` and `ts` field has them. */
export function wholeSec(tsMs: number): number {
  return Math.floor(tsMs / 1000);
}

/** Topic form: JSON text in the order of the fields, integers as integers. */
export function topicJson(message: WireObject): string {
  return jsonOf(message) ?? '{}';
}

/** Stream form: every field is text, nested objects are JSON text. */
export function streamFields(message: WireObject): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(message)) {
    const text = typeof value === 'string' ? value : jsonOf(value);
    if (text !== undefined) fields[name] = text;
  }
  return fields;
}

/** Undefined for what has no place on the wire: null and numbers that are none. */
function jsonOf(value: WireValue): string | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isDecimal(value)) return value.decimal;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = jsonOf(member);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(',')}}`;
}

function isDecimal(value: Decimal | WireObject): value is Decimal {
  return typeof value['decimal'] === 'string' && Object.keys(value).length === 1;
}

import { formatE8, parseE8, type E8 } from '../domain/e8.js';

/** `2940.1` from 294010000000n, `0.04` from 0.04; no exponent, no blank places. */
export function plainAmount(value: number | bigint): string {
  if (typeof value === 'number') {
    const text = String(value);
    return text.includes('e') && Number.isFinite(value) ? trimmed(value.toFixed(12)) : text;
  }
  return trimmed(formatE8(value));
}

/** Eight places of it; null where it is no number or too large. */
export function amountOf(value: number | bigint): E8 | null {
  if (typeof value === 'bigint') return value;
  const parsed = Number.isFinite(value) ? parseE8(value.toFixed(8)) : 'malformed';
  return typeof parsed === 'bigint' ? parsed : null;
}

function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

import { absE8, divideHalfEven, E8_ONE, formatE8, parseE8 } from '../../engine/domain/e8.js';

const CENT_E8 = E8_ONE / 100n;

/** `10000.00` from `10000.00000000`, `0.00021991` as it is: no digit that counts is dropped. */
export function amountText(exact: string): string {
  const match = /^(-?\d+)\.(\d{2})(\d*?)0*$/.exec(exact);
  if (match === null) return exact;
  const [, whole = '', cents = '', rest = ''] = match;
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ' ')}.${cents}${rest}`;
}

/** For a glance: two decimals, half even; below one USDT everything, because 0.00 would be a lie. */
export function moneyText(exact: string): string {
  const value = parseE8(exact);
  if (typeof value !== 'bigint' || absE8(value) < E8_ONE) return amountText(exact);
  const cents = divideHalfEven(value, CENT_E8) * CENT_E8;
  return amountText(formatE8(cents));
}

/** `1.4 MiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? 'B'}`;
}

/** `99.6 %`; 100 % and 0 % only when they are exact. */
export function shareText(part: number, whole: number): string {
  if (whole === 0) return 'no data';
  if (part === whole) return '100 %';
  if (part === 0) return '0 %';
  const tenths = Math.min(999, Math.max(1, Math.round((part / whole) * 1000)));
  return `${(tenths / 10).toFixed(1)} %`;
}

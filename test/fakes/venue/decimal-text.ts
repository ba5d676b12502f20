/** Decimals as integers of 10^-8, the finest that the recorded trades know. */
const SCALE = 8;
const ONE = 10n ** BigInt(SCALE);

export function toUnits(text: string): bigint {
  const [whole = '0', part = ''] = text.split('.');
  const units = BigInt(whole.replace('-', '') + part.slice(0, SCALE).padEnd(SCALE, '0'));
  return text.startsWith('-') ? -units : units;
}

/** Without trailing zeros, as deals and book tickers are written. */
export function fromUnits(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(SCALE + 1, '0');
  const text = `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`.replace(/\.?0+$/, '');
  return units < 0n ? `-${text}` : text;
}

/** Product of two amounts in units, cut to 10^-8. */
export function timesUnits(a: bigint, b: bigint): bigint {
  return (a * b) / ONE;
}

export function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

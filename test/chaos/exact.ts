const SCALE = 8;

/** Decimal text to hundred-millionths; own arithmetic, so that a check does not trust the checked. */
export function e8FromText(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (match === null) throw new Error(`no plain decimal: ${text}`);
  const [, sign, whole = '', fraction = ''] = match;
  const rest = fraction.slice(SCALE);
  if (/[1-9]/.test(rest)) throw new Error(`more than ${SCALE} decimals: ${text}`);
  const value = BigInt(whole + fraction.slice(0, SCALE).padEnd(SCALE, '0'));
  return sign === '-' ? -value : value;
}

export function formatE8(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(SCALE + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}

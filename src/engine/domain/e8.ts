/**
 * Exact decimal arithmetic: every price, quantity and amount of money is a bigint that counts
 * hundred-millionths (1e-8), and its name ends in `E8`. Indicators are float64 and never mix.
 */
export type E8 = bigint;

export const E8_ONE: E8 = 100_000_000n;
const FRACTION_DIGITS = 8;
const DECIMAL = /^(-?)(\d{1,20})(?:\.(\d+))?$/;

type E8Fault = 'malformed' | 'precision';

/**
 * Reads plain decimal text ("9682.19"); no exponent, no sign but "-", no blanks.
 * Digits beyond the eighth decimal must be zero, because cutting them would change a price unseen.
 */
export function parseE8(text: string): E8 | E8Fault {
  const match = DECIMAL.exec(text);
  if (match === null) return 'malformed';
  const fraction = match[3] ?? '';
  const kept = fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0');
  if (/[^0]/.test(fraction.slice(FRACTION_DIGITS))) return 'precision';
  const magnitude = BigInt((match[2] ?? '') + kept);
  return match[1] === '-' ? -magnitude : magnitude;
}

/** Decimal text with exactly eight decimals, the form of streams and tables ("9682.19000000"). */
export function formatE8(value: E8): string {
  const digits = (value < 0n ? -value : value).toString().padStart(FRACTION_DIGITS + 1, '0');
  const cut = digits.length - FRACTION_DIGITS;
  return `${value < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

/** The nearest float64, for indicators only. */
export function e8ToNumber(value: E8): number {
  return Number(value) / 1e8;
}

/** Nearest E8 of a finite float; the one door from configured fractions to exact money. */
export function e8FromNumber(value: number): E8 {
  const parsed = parseE8(value.toFixed(FRACTION_DIGITS));
  return typeof parsed === 'bigint' ? parsed : 0n;
}

/** a * b, rounded half to even. */
export function mulE8(a: E8, b: E8): E8 {
  return divideHalfEven(a * b, E8_ONE);
}

/** a / b, rounded half to even. `b` must not be zero. */
export function divE8(a: E8, b: E8): E8 {
  return divideHalfEven(a * E8_ONE, b);
}

/** Integer quotient, rounded half to even. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = absE8(numerator);
  const d = absE8(denominator);
  const quotient = n / d;
  const twice = (n % d) * 2n;
  const up = twice > d || (twice === d && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

export function absE8(value: E8): E8 {
  return value < 0n ? -value : value;
}

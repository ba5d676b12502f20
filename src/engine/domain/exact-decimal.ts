import { divideHalfEven } from './e8.js';
import { asciiDigits, trimBlanks } from './reference-text.js';

/**
 * Decimal text of any length and exponent, read as the reference reads it and rounded to a number
 * of places. `places` and E8/E6 in names: an integer that counts 10^-8 or 10^-6.
 */
interface ExactDecimal {
  readonly negative: boolean;
  /** Without leading zeros; empty is zero. */
  readonly digits: string;
  /** Power of ten of the last digit; beyond 2^53 only its size matters. */
  readonly exponent: number;
}

export type DecimalFault = 'empty' | 'malformed' | 'not_finite';

/** The reference computes with 28 significant digits. */
const PRECISION_DIGITS = 28;
const PRECISION_LIMIT = 10n ** BigInt(PRECISION_DIGITS);

const NON_FINITE = /^[+-]?(?:inf(?:inity)?|s?nan\d*)$/i;
const DECIMAL = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:e([+-]?\d+))?$/i;
/** Range of exponents that the reference's decimals have. */
const ADJUSTED_EXPONENT_MAX = 999_999_999_999_999_999n;
const EXPONENT_MIN = -1_999_999_999_999_999_997n;

/** Blanks around, underscores anywhere and digits of any script are accepted. */
export function readDecimal(text: string): ExactDecimal | DecimalFault {
  const trimmed = trimBlanks(text);
  if (trimmed === '') return 'empty';
  const plain = asciiDigits(trimmed).replaceAll('_', '');
  if (NON_FINITE.test(plain)) return 'not_finite';
  const match = DECIMAL.exec(plain);
  if (match === null) return 'malformed';
  const [, sign, whole = '', behind = '', onlyBehind = '', power = '0'] = match;
  const fraction = behind + onlyBehind;
  const digits = withoutLeadingZeros(whole + fraction);
  const exponent = readPower(power) - BigInt(fraction.length);
  const adjusted = exponent + BigInt(Math.max(digits.length, 1) - 1);
  if (exponent < EXPONENT_MIN || adjusted > ADJUSTED_EXPONENT_MAX) return 'malformed';
  return { negative: sign === '-', digits, exponent: Number(exponent) };
}

/** Cut to a length that is out of range anyway, because long digits cost quadratic time. */
function readPower(power: string): bigint {
  const size = withoutLeadingZeros(power.replace(/^[+-]/, '')).slice(0, 30);
  const value = BigInt(size === '' ? '0' : size);
  return power.startsWith('-') ? -value : value;
}

function withoutLeadingZeros(digits: string): string {
  return digits.replace(/^0+/, '');
}

/**
 * Rounds half to even.
 * @returns how many 10^-places; `undefined` if the result needs more digits than the precision
 */
export function quantize(
  { negative, digits, exponent }: ExactDecimal,
  places: number,
): bigint | undefined {
  const kept = digits.length + exponent + places;
  if (digits === '' || kept < 0) return 0n;
  if (kept > PRECISION_DIGITS) return undefined;
  const head = BigInt(`0${digits.slice(0, kept).padEnd(kept, '0')}`);
  const size = roundsUp(head, digits.slice(kept)) ? head + 1n : head;
  if (!fitsPrecision(size)) return undefined;
  return negative ? -size : size;
}

function roundsUp(head: bigint, cut: string): boolean {
  if (/^50*$/.test(cut)) return head % 2n === 1n;
  return cut !== '' && cut >= '5';
}

/** An integer rounded half to even to the precision; what is cut off becomes zeros. */
export function roundToPrecision(value: bigint): bigint {
  if (fitsPrecision(value)) return value;
  const digits = (value < 0n ? -value : value).toString().length;
  const unit = 10n ** BigInt(digits - PRECISION_DIGITS);
  return divideHalfEven(value, unit) * unit;
}

export function fitsPrecision(value: bigint): boolean {
  return value < PRECISION_LIMIT && value > -PRECISION_LIMIT;
}

/** Plain decimal text with exactly `places` digits behind the point. */
export function placesText(value: bigint, places: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0');
  const cut = digits.length - places;
  return `${value < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

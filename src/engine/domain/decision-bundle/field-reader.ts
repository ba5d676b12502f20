import { isExactObject, JsonFloat, type ExactJson, type ExactObject } from '../exact-json.js';
import { quantize, readDecimal, type DecimalFault } from '../exact-decimal.js';
import { asciiDigits, referenceText, trimBlanks } from '../reference-text.js';
import type { BundleFault } from './contract-input.js';

const DECIMAL_FAULTS: Readonly<Record<DecimalFault, string>> = {
  empty: 'must not be empty',
  malformed: 'must be a decimal number',
  not_finite: 'must be finite',
};
const INTEGER = /^[+-]?\d+$/;
/** As many digits as the reference turns into an integer. */
const INTEGER_DIGITS_MAX = 4_300;
const LONGEST_QUOTE = 60;
const EMPTY: ExactObject = new Map();

/**
 * Reads members one by one and keeps the first fault, so that callers state the fields in order
 * and look at `fault` once. A method returns a harmless value for a field that it refused.
 */
export class FieldReader {
  fault: BundleFault | null = null;

  refuse(field: string, what: string): void {
    this.fault ??= { field, what };
  }

  object(value: ExactJson | undefined, field: string): ExactObject {
    if (isExactObject(value)) return value;
    this.refuse(field, `must be an object, got ${quoted(value)}`);
    return EMPTY;
  }

  /** Trimmed text that is not empty; other values count as the text that the reference prints. */
  text(value: ExactJson | undefined, field: string): string {
    if (value === undefined || value === null) {
      this.refuse(field, 'is required');
      return '';
    }
    const text = trimBlanks(referenceText(value));
    if (text === '') this.refuse(field, 'must not be empty');
    return text;
  }

  /** @returns how many 10^-places; floats are refused because they are not exact */
  decimal(value: ExactJson | undefined, field: string, places: number): bigint {
    const text = this.#decimalText(value, field);
    if (text === undefined) return 0n;
    const decimal = readDecimal(text);
    if (typeof decimal === 'string') {
      this.refuse(field, `${DECIMAL_FAULTS[decimal]}, got ${quoted(value)}`);
      return 0n;
    }
    const rounded = quantize(decimal, places);
    if (rounded === undefined) this.refuse(field, `has too many digits: ${quoted(value)}`);
    return rounded ?? 0n;
  }

  #decimalText(value: ExactJson | undefined, field: string): string | undefined {
    if (typeof value === 'string') return value;
    if (typeof value === 'bigint') return value.toString();
    const required =
      value instanceof JsonFloat
        ? 'must not be a float, use text'
        : 'must be a whole number or decimal text';
    this.refuse(field, `${required}, got ${quoted(value)}`);
    return undefined;
  }

  integer(value: ExactJson | undefined, field: string): bigint {
    if (typeof value === 'bigint') return value;
    if (typeof value === 'string') {
      const digits = asciiDigits(trimBlanks(value));
      if (digits === '') this.refuse(field, 'must not be empty');
      if (INTEGER.test(digits) && digits.length <= INTEGER_DIGITS_MAX) {
        return BigInt(digits.replace('+', ''));
      }
    }
    this.refuse(field, `must be a whole number, got ${quoted(value)}`);
    return 0n;
  }
}

function quoted(value: ExactJson | undefined): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? JSON.stringify(value) : shortText(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

function shortText(value: Exclude<ExactJson, string>): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof JsonFloat) return referenceText(value);
  return isExactObject(value) ? 'an object' : 'a list';
}

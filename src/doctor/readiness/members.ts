import { jsonOrNull } from '../../engine/domain/json-or-null.js';

/** Members of a file that somebody else wrote. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns null for what is no JSON object */
export function jsonObject(text: string): Members | null {
  const value = jsonOrNull(text);
  return isMembers(value) ? value : null;
}

/** A member that the object has itself: `constructor` is none. */
export function memberOf(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

export function objectIn(members: Members, name: string): Members {
  const value = memberOf(members, name);
  return isMembers(value) ? value : {};
}

export function textIn(members: Members, name: string): string | null {
  const value = memberOf(members, name);
  return typeof value === 'string' ? value : null;
}

/** Finite, as JSON has it; a number in a text is none. */
export function numberIn(members: Members, name: string): number | null {
  const value = memberOf(members, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

import { isoMsOf } from '../../engine/domain/iso-time.js';
import { isMembers, memberOf, numberIn, textIn, type Members } from './members.js';

/** A list of somebody else may be long; what is longer than this is not looked at. */
const ROWS_MAX = 10_000;

/** A count or a duration: what is negative was not measured. */
export function amount(members: Members, name: string): number | null {
  const value = numberIn(members, name);
  return value === null || value < 0 ? null : value;
}

/** @returns null where the part is more than the whole, or of nothing */
export function share(part: number | null, whole: number | null): number | null {
  if (part === null || whole === null || whole <= 0 || part > whole) return null;
  return part / whole;
}

export function timeIn(members: Members, name: string): number | null {
  const text = textIn(members, name);
  return text === null ? null : isoMsOf(text);
}

/** From `started_at` to `ended_at`; null where they are missing or the wrong way round. */
export function observedMs(members: Members): number | null {
  const from = timeIn(members, 'started_at');
  const to = timeIn(members, 'ended_at');
  return from === null || to === null || to <= from ? null : to - from;
}

/** @returns null for what is no list of objects, or too long */
export function rowsIn(members: Members, name: string): readonly Members[] | null {
  const rows = memberOf(members, name);
  if (!Array.isArray(rows) || rows.length > ROWS_MAX) return null;
  const objects = rows.filter(isMembers);
  return objects.length === rows.length ? objects : null;
}

const DAY_MS = 86_400_000;
/** 9999-12-31T23:59:59.999Z, the last instant with a four-digit year. */
export const ISO_MS_MAX = 253_402_300_799_999;

/** `2026-02-09T08:01:00.000Z`; by arithmetic, because the fold has no clock object. */
export function isoFromMs(tsMs: number): string {
  const days = Math.floor(tsMs / DAY_MS);
  const ms = tsMs - days * DAY_MS;
  const time = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map((part) => two(part));
  return `${civilDate(days)}T${time.join(':')}.${String(ms % 1000).padStart(3, '0')}Z`;
}

/** A date alone, or a time without its zone, says no instant. @returns null for what is none */
export function isoMsOf(text: string): number | null {
  const [, date = ''] =
    /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const tsMs = date === '' ? Number.NaN : Date.parse(text);
  if (!Number.isFinite(tsMs)) return null;
  // The platform takes the 30th of February for a day in March.
  return isoFromMs(Date.parse(`${date}T00:00:00Z`)).startsWith(date) ? tsMs : null;
}

/** Gregorian date of a day count since 1970-01-01, by eras of 400 years that start in March. */
function civilDate(days: number): string {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

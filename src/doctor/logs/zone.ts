/** Minutes that a zone is ahead of UTC at that wall-clock time. */
export type ZoneOffset = (wallMs: number) => number;

const NAMED: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  CET: 60,
  CEST: 120,
  MEZ: 60,
  MESZ: 120,
};

/**
 * `UTC`, `+01:00`, or a name of the time zone database.
 * @returns null for what is none
 */
export function zoneOffset(zone: string): ZoneOffset | null {
  const fixed = fixedOffsetMinutes(zone);
  if (fixed !== null) return () => fixed;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    return remembered((wallMs) => offsetMinutes(format, wallMs));
  } catch {
    return null; // The system has no zone of that name.
  }
}

/** @returns null when it is neither a name without rules nor a distance from UTC */
export function fixedOffsetMinutes(zone: string): number | null {
  const named = NAMED[zone.toUpperCase()];
  if (named !== undefined) return named;
  const found = /^(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})?$/i.exec(zone);
  if (found === null) return null;
  const minutes = Number(found[2]) * 60 + Number(found[3] ?? 0);
  return found[1] === '-' ? -minutes : minutes;
}

/** In the hour that a change of summer time repeats, the first of the two. */
function offsetMinutes(format: Intl.DateTimeFormat, wallMs: number): number {
  const first = shownMs(format, wallMs) - wallMs;
  return (shownMs(format, wallMs - first) - (wallMs - first)) / 60_000;
}

function shownMs(format: Intl.DateTimeFormat, atMs: number): number {
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const [year = 0, month = 1, day = 1] = [parts.get('year'), parts.get('month'), parts.get('day')];
  const [hour, minute, second] = [parts.get('hour'), parts.get('minute'), parts.get('second')];
  return Date.UTC(year, month - 1, day, hour ?? 0, minute ?? 0, second ?? 0);
}

/** The rules of a zone change on the hour, and asking for them is slow. */
function remembered(offset: ZoneOffset): ZoneOffset {
  let hour = Number.NaN;
  let minutes = 0;
  return (wallMs) => {
    const asked = Math.floor(wallMs / 3_600_000);
    if (asked !== hour) {
      hour = asked;
      minutes = offset(asked * 3_600_000);
    }
    return minutes;
  };
}

import { fixedOffsetMinutes, type ZoneOffset } from './zone.js';

export interface FoundTime {
  readonly atMs: number;
  /** It says its zone itself. */
  readonly hasZone: boolean;
  /** Characters that it takes. */
  readonly length: number;
}

const ISO =
  /^\[?(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:\s?(Z|UTC|GMT|CES?T|MES?Z|[+-]\d{2}:?\d{2})(?![\w-]))?\]?/;
const GERMAN = /^\[?(\d{2})\.(\d{2})\.(\d{4})[ ,]+(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?\]?/;
const NAMED = /^(\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** The time that a line begins with; null when it begins with none. */
export function readTime(text: string, zone: ZoneOffset): FoundTime | null {
  const iso = ISO.exec(text);
  if (iso !== null) return found(iso, [iso[1], iso[2], iso[3]], iso[8], zone);
  const german = GERMAN.exec(text);
  if (german !== null) return found(german, [german[3], german[2], german[1]], undefined, zone);
  const named = NAMED.exec(text);
  if (named === null) return null;
  const month = MONTHS.indexOf(named[2] ?? '') / 3 + 1;
  return found(named, [named[3], String(month), named[1]], undefined, zone);
}

function found(
  match: RegExpExecArray,
  [year, month, day]: readonly [string | undefined, string | undefined, string | undefined],
  named: string | undefined,
  zone: ZoneOffset,
): FoundTime | null {
  const [hour, minute, second, fraction = ''] = match.slice(4, 8);
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  const wallMs = Date.UTC(
    ...([Number(year), Number(month) - 1, Number(day)] as const),
    ...([Number(hour), Number(minute), Number(second), ms] as const),
  );
  if (!Number.isFinite(wallMs) || Number(month) < 1 || Number(month) > 12) return null;
  const minutes = named === undefined ? zone(wallMs) : (fixedOffsetMinutes(named) ?? 0);
  const hasZone = named !== undefined;
  return { atMs: wallMs - minutes * 60_000, hasZone, length: match[0].length };
}

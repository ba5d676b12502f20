const HOUR_MS = 3_600_000;

/** One line of the hourly log, read back. */
export interface SoakLine {
  readonly atMs: number;
  /** Behind the time. */
  readonly words: string;
  /** Null: it is about something else than an hour. */
  readonly hour: number | null;
  readonly kind: 'hour' | 'restart' | 'sut-restart' | 'interruption' | 'other';
}

const LINE = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC - (.*)$/;
/** Decimal whatever it begins with: as octal, 08 and 09 are no numbers, and the check is skipped. */
const HOUR = /^Hour (\d{1,6}): /;
const KINDS: readonly (readonly [RegExp, SoakLine['kind']])[] = [
  [HOUR, 'hour'],
  [/^RESTART DETECTED: /, 'restart'],
  [/^SUT_RESTART\b/, 'sut-restart'],
  [/^ENVIRONMENT_INTERRUPTION\b/, 'interruption'],
];

/** `2026-03-26 00:00:01 UTC - Hour 11: No restarts`, without a line end. */
export function soakLine(atMs: number, words: string): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC - ${words}`;
}

export function hourWords(hour: number, words: string): string {
  return `Hour ${hour}: ${words}`;
}

/** What is no line of the log is left out: a crash may have torn the last one. */
export function readSoakLog(text: string): readonly SoakLine[] {
  return text.split('\n').flatMap((line): readonly SoakLine[] => {
    const [, day = '', time = '', words = ''] = LINE.exec(line) ?? [];
    const atMs = Date.parse(`${day}T${time}Z`);
    if (Number.isNaN(atMs)) return [];
    const kind = KINDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'other';
    const digits = HOUR.exec(words)?.[1];
    return [{ atMs, words, kind, hour: digits === undefined ? null : Number.parseInt(digits, 10) }];
  });
}

export interface SoakHours {
  /** Lines of hours, in the order of the file. */
  readonly count: number;
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
  readonly last: number | null;
  /** Each later than the one before, by its number and by its time. */
  readonly areRising: boolean;
  /** Between the first and the last: their checks did not run. */
  readonly missing: readonly number[];
}

export function soakHours(lines: readonly SoakLine[]): SoakHours {
  const hours = lines.flatMap(({ hour, atMs }) => (hour === null ? [] : [{ hour, atMs }]));
  const seen = new Set(hours.map(({ hour }) => hour));
  const [first, last] = [hours[0], hours.at(-1)];
  const span = first === undefined || last === undefined ? 0 : Math.max(0, last.hour - first.hour);
  const between = Array.from({ length: span }, (_, at) => (first?.hour ?? 0) + at);
  return {
    count: hours.length,
    firstAtMs: first?.atMs ?? null,
    lastAtMs: last?.atMs ?? null,
    last: last?.hour ?? null,
    areRising: hours.every(({ hour, atMs }, at) => {
      const before = hours[at - 1];
      return before === undefined || (hour > before.hour && atMs > before.atMs);
    }),
    missing: between.filter((hour) => !seen.has(hour)),
  };
}

/** Whole hours since the start, by the epoch: no zone, no midnight. Negative before the start. */
export function hourOf(startedAtMs: number, nowMs: number): number {
  return Math.floor((nowMs - startedAtMs) / HOUR_MS);
}

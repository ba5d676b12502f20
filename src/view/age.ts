const SEC_MS = 1_000;
const MIN_MS = 60 * SEC_MS;
const HOUR_MS = 60 * MIN_MS;
const DAY_MS = 24 * HOUR_MS;

/** Two figures at most: `0.4 s`, `95 s`, `14 min`, `4 h 12 min`, `3 d 2 h`. */
export function durationText(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 10 * SEC_MS) return `${(Math.floor(span / 100) / 10).toFixed(1)} s`;
  if (span < 2 * MIN_MS) return `${Math.floor(span / SEC_MS)} s`;
  if (span < HOUR_MS) return `${Math.floor(span / MIN_MS)} min`;
  if (span < 2 * DAY_MS) return pair(span, [HOUR_MS, 'h'], [MIN_MS, 'min']);
  return pair(span, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

/** `3.0 s ago`, `never`. A time after now is said so: it is a clock fault, not freshness. */
export function agoText(atMs: number | null, nowMs: number): string {
  if (atMs === null) return 'never';
  const ageMs = nowMs - atMs;
  return ageMs < -SEC_MS
    ? `${durationText(-ageMs)} ahead of this clock`
    : `${durationText(ageMs)} ago`;
}

/** Age while that says something, else the time itself: a recorded feed is years old. */
export function whenText(atMs: number | null, nowMs: number): string {
  if (atMs === null || Math.abs(nowMs - atMs) < 2 * DAY_MS) return agoText(atMs, nowMs);
  return utcText(atMs);
}

/** `2026-02-09 15:29:58 UTC`. */
export function utcText(atMs: number): string {
  const iso = isoOrNull(atMs);
  return iso === null ? 'no valid time' : `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/** `2026-02-09T15:29:58.000Z`; null for what is no time. */
export function isoOrNull(atMs: number | null): string | null {
  return atMs !== null && Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : null;
}

type Unit = readonly [ms: number, name: string];

function pair(span: number, [bigMs, big]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((span % bigMs) / smallMs);
  const head = `${Math.floor(span / bigMs)} ${big}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
}

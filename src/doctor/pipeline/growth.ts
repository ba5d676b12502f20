import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import type { Counter, CounterHistory } from './facts.js';

export const WINDOW_MS = 3_600_000;
/** Less than this is no window: a minute's silence of a quiet market is nothing. */
const SPAN_MS_MIN = 600_000;
/** Two readings of "the same moment" are never exactly that. */
const SLACK_MS = 5_000;

interface Point {
  readonly atMs: number;
  readonly counter: Counter;
}

/** How much a side of a pair grew from a moment on. */
export interface Growth {
  readonly count: number;
  /** False: at most so much; what was there before can't be told apart. */
  readonly isExact: boolean;
  /** At least so much, for nobody wrote down more. */
  readonly isLeast: boolean;
  /** A process began anew within the window, so less was counted than happened. */
  readonly hasReset: boolean;
}

/** One counter, or several that count parts of one thing. */
export interface Side {
  /** `orders_blocked_total + orders_approved_total`. */
  readonly words: string;
  readonly points: readonly (readonly Point[])[];
  readonly newest: readonly Point[];
}

/**
 * The first of the alternatives that this look has seen and that still counts; each is a list of
 * names to be added, where `*.name` is that metric of whichever service. Null: none is there.
 */
export function sideOf(
  history: CounterHistory,
  anyOf: readonly (readonly string[])[],
): Side | null {
  const found = anyOf.flatMap((names) => sideOfNames(history, names) ?? []);
  return found.find((side) => !isCapped(side)) ?? found[0] ?? null;
}

/** The first alternative that says itself when it last grew, and when that was. */
export function lastAtOfAny(
  history: CounterHistory,
  anyOf: readonly (readonly string[])[],
): number | null | undefined {
  for (const names of anyOf) {
    const side = sideOfNames(history, names);
    const lastAtMs = side === null ? undefined : lastAtOf(side);
    if (lastAtMs !== undefined) return lastAtMs;
  }
  return undefined;
}

export function isCapped({ newest }: Side): boolean {
  return newest.some(({ counter }) => counter.isCapped);
}

export function isMissing({ samples }: CounterHistory, name: string): boolean {
  const last = samples.findLast(({ isKept, missing }) => isKept !== true && missing !== undefined);
  return last?.missing?.includes(name) === true;
}

/** The newest value of this look; null: nobody tells. */
export function valueOf(history: CounterHistory, name: string): number | null {
  const side = sideOfNames(history, [name]);
  return side === null ? null : totalOf(side);
}

/** Its values from the oldest on, of this look and of earlier ones. */
export function valuesOf(history: CounterHistory, name: string): readonly Point[] {
  return sideOfNames(history, [name])?.points[0] ?? [];
}

export function totalOf({ newest }: Side): number {
  return newest.reduce((sum, { counter }) => sum + counter.value, 0);
}

/** When it was read last. */
export function observedAtOf({ newest }: Side): number {
  return Math.min(...newest.map(({ atMs }) => atMs));
}

export function placeOf({ newest }: Side): string | null {
  return newest.find(({ counter }) => counter.from !== undefined)?.counter.from ?? null;
}

/** When the side last grew by its own words; undefined: it does not tell. */
export function lastAtOf({ newest }: Side): number | null | undefined {
  const known = newest.flatMap(({ counter: { lastAtMs } }) =>
    lastAtMs === undefined ? [] : [lastAtMs],
  );
  if (known.length < newest.length) return undefined;
  return known.reduce((a, b) => (a === null || b === null ? (a ?? b) : Math.max(a, b)), null);
}

/**
 * From when on both are judged: the oldest moment of the window at which the cause was seen; where
 * that is not long ago, the start of what counts it, however long ago that was.
 */
export function windowStart(history: CounterHistory, cause: Side, nowMs: number): number {
  const windowMs = history.windowMs ?? WINDOW_MS;
  const starts = cause.points.map((points) => {
    const within = points.filter(({ atMs }) => nowMs - atMs <= windowMs + SLACK_MS);
    return (within[0] ?? points.at(-1))?.atMs ?? nowMs;
  });
  const seenMs = Math.max(...starts);
  if (nowMs - seenMs >= Math.min(SPAN_MS_MIN, windowMs)) return seenMs;
  const began = cause.newest.flatMap(({ counter }) => counter.sinceMs ?? []);
  return began.length < cause.newest.length ? seenMs : Math.min(seenMs, ...began);
}

export function growthOf({ points }: Side, fromMs: number): Growth {
  const parts = points.map((one) => growthOfOne(one, fromMs));
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    isExact: parts.every(({ isExact }) => isExact),
    isLeast: points.some((one) => one.at(-1)?.counter.isLeast === true),
    hasReset: parts.some(({ hasReset }) => hasReset),
  };
}

/** `+1 184 in 60 min`, `14 842 since the start 22 h ago`. */
export function growthWords({ count, isExact, isLeast, hasReset }: Growth, spanMs: number): string {
  const about = isLeast ? 'at least +' : isExact ? '+' : 'at most +';
  const reset = hasReset ? ', of which what came before a restart is not counted' : '';
  return `${about}${countText(count)} in ${durationText(spanMs)}${reset}`;
}

type GrowthOfOne = Omit<Growth, 'isLeast'>;

function growthOfOne(points: readonly Point[], fromMs: number): GrowthOfOne {
  const last = points.at(-1);
  const none = { count: 0, isExact: true, hasReset: false };
  if (last === undefined) return none;
  const { value, sinceMs, lastAtMs } = last.counter;
  if (lastAtMs !== undefined && (lastAtMs === null || lastAtMs < fromMs)) return none;
  const before = points.findLastIndex(({ atMs }) => atMs <= fromMs);
  const base = before >= 0 ? before : points.findIndex(({ atMs }) => atMs <= fromMs + SLACK_MS);
  if (base >= 0) return climbed(points.slice(base), fromMs);
  if (value === 0 && (sinceMs === null || sinceMs <= fromMs + SLACK_MS)) return none;
  if (sinceMs !== null) {
    // It began in the meantime, or with the window.
    const hasReset = sinceMs > fromMs + SLACK_MS;
    return { count: value, isExact: sinceMs >= fromMs - SLACK_MS, hasReset };
  }
  return { count: value, isExact: false, hasReset: false };
}

/** A value that fell, or a process that is younger than the point before, began at 0 again. */
function climbed(points: readonly Point[], fromMs: number): GrowthOfOne {
  let count = 0;
  let hasReset = false;
  points.slice(1).forEach(({ counter }, at) => {
    const before = points[at];
    if (before === undefined) return;
    const began = counter.sinceMs !== null && counter.sinceMs > before.atMs;
    if (began || counter.value < before.counter.value) {
      hasReset = true;
      count += counter.value;
    } else {
      count += counter.value - before.counter.value;
    }
  });
  const [first] = points;
  return { count, isExact: first !== undefined && fromMs - first.atMs <= SLACK_MS, hasReset };
}

function sideOfNames(history: CounterHistory, names: readonly string[]): Side | null {
  const found = names.flatMap((name) => namesLike(history, name));
  if (found.length === 0) return null;
  const points = [...new Set(found)].map((name) => pointsOf(history, name));
  const newest = points.flatMap((one) => one.at(-1) ?? []);
  const words = [...new Set(found.map((name) => name.slice(name.indexOf('.') + 1)))].join(' + ');
  return { words, points, newest };
}

function namesLike({ samples }: CounterHistory, name: string): readonly string[] {
  const now = samples.filter(({ isKept }) => isKept !== true);
  const names = new Set(now.flatMap(({ counters }) => Object.keys(counters)));
  if (!name.startsWith('*.')) return names.has(name) ? [name] : [];
  return [...names].filter((one) => one.slice(one.indexOf('.')) === name.slice(1));
}

function pointsOf({ samples }: CounterHistory, name: string): readonly Point[] {
  return samples.flatMap(({ atMs, counters }) => {
    const counter = counters[name];
    return counter === undefined ? [] : [{ atMs, counter }];
  });
}

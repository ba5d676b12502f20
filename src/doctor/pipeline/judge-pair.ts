import { durationText } from '../../view/age.js';
import { countText } from '../../view/figure.js';
import type { CounterHistory } from './facts.js';
import {
  growthOf,
  growthWords,
  isCapped,
  isMissing,
  lastAtOf,
  lastAtOfAny,
  sideOf,
  totalOf,
  windowStart,
  type Growth,
  type Side,
} from './growth.js';
import type { StackRule } from './effect-rule.js';

/**
 * FLOWS: the effect answered. STALLED: it did not. LOSES: it answered too few. SUSPECT: the figures
 * of one look can't tell, but do not look well. IDLE: there was no cause. UNKNOWN: a side is not
 * counted, or only by what is full.
 */
export type PairWord = 'FLOWS' | 'STALLED' | 'LOSES' | 'SUSPECT' | 'IDLE' | 'UNKNOWN' | 'NO TABLE';

export interface PairVerdict {
  readonly word: PairWord;
  readonly says: string;
  /** Null: not counted anywhere. */
  readonly cause: SeenSide | null;
  readonly effect: SeenSide | null;
  readonly spanMs: number;
}

export interface SeenSide {
  readonly side: Side;
  readonly growth: Growth;
}

export function judgePair(rule: StackRule, history: CounterHistory, nowMs: number): PairVerdict {
  const cause = sideOf(history, rule.cause.anyOf);
  const effect = sideOf(history, rule.effect.anyOf);
  const fromMs = cause === null ? nowMs : windowStart(history, cause, nowMs);
  const spanMs = nowMs - fromMs;
  const seen = (side: Side | null) =>
    side === null ? null : { side, growth: growthOf(side, fromMs) };
  const [seenCause, seenEffect] = [seen(cause), seen(effect)];
  const told = { cause: seenCause, effect: seenEffect, spanMs };
  const noTable = withoutTable(rule, history, seenCause, spanMs);
  if (noTable !== null) return { ...told, ...noTable };
  if (seenCause === null || seenEffect === null) {
    const what = (seenCause === null ? rule.cause : rule.effect).what;
    return { ...told, word: 'UNKNOWN', says: `no source counts ${what}` };
  }
  return { ...told, ...judgeCounts(rule, history, [seenCause, seenEffect], { spanMs, nowMs }) };
}

type Judged = Pick<PairVerdict, 'word' | 'says'>;

function withoutTable(
  { table, isOptional, cause }: StackRule,
  history: CounterHistory,
  seen: SeenSide | null,
  spanMs: number,
): Judged | null {
  if (table === undefined || !isMissing(history, `rows.${table}`)) return null;
  if (isOptional === true) {
    return { word: 'UNKNOWN', says: `the database has no table ${table}` };
  }
  if (seen === null) return { word: 'NO TABLE', says: `the table ${table} is missing` };
  return {
    word: 'NO TABLE',
    says: `${cause.what} ${growthWords(seen.growth, spanMs)}, and the table ${table} is missing: they are not persisted`,
  };
}

interface Times {
  readonly spanMs: number;
  readonly nowMs: number;
}

function judgeCounts(
  rule: StackRule,
  history: CounterHistory,
  [cause, effect]: readonly [SeenSide, SeenSide],
  { spanMs, nowMs }: Times,
): Judged {
  const counts = `${rule.cause.what} ${growthWords(cause.growth, spanMs)}, ${rule.effect.what} ${growthWords(effect.growth, spanMs)}`;
  if (!Number.isFinite(rule.least)) return judgeEver(rule, cause, effect);
  const byTimes = judgeTimes(rule, history, nowMs);
  if (byTimes?.word === 'STALLED') return byTimes;
  if (isCapped(cause.side) || isCapped(effect.side)) {
    const full = isCapped(cause.side) ? cause.side.words : effect.side.words;
    return { word: 'UNKNOWN', says: `${full} is capped: the comparison is not valid` };
  }
  if (spanMs < PROVES_MS_MIN && byTimes !== null) return byTimes;
  if (cause.growth.count === 0) {
    if (spanMs < PROVES_MS_MIN) return { word: 'UNKNOWN', says: `${counts}: too early to tell` };
    return { word: 'IDLE', says: `no ${rule.cause.what} in ${durationText(spanMs)}` };
  }
  if (rule.isUpdate === true) return judgeChange(rule, cause, effect, { spanMs, nowMs });
  if (effect.growth.count > 0) {
    return effect.growth.isExact
      ? judgeShare(rule, cause, effect, counts)
      : judgeLast(rule, effect, { spanMs, nowMs }, counts);
  }
  if (cause.growth.count < rule.least || spanMs < rule.withinMs) {
    return { word: 'UNKNOWN', says: `${counts}: too early to tell` };
  }
  return { word: 'STALLED', says: counts };
}

function judgeShare(rule: StackRule, cause: SeenSide, effect: SeenSide, counts: string): Judged {
  const share = effect.growth.count / cause.growth.count;
  const lost = cause.growth.count - effect.growth.count;
  const isComparable =
    cause.growth.isExact &&
    !cause.growth.isLeast &&
    !effect.growth.isLeast &&
    !cause.growth.hasReset &&
    !effect.growth.hasReset;
  if (rule.share !== undefined && isComparable && share < rule.share && lost >= 3) {
    return { word: 'LOSES', says: `${counts}: ${countText(lost)} have none` };
  }
  return { word: 'FLOWS', says: counts };
}

/** How much is new can't be told; when the newest came can. */
function judgeLast(
  rule: StackRule,
  effect: SeenSide,
  { spanMs, nowMs }: Times,
  counts: string,
): Judged {
  const lastAtMs = lastAtOf(effect.side);
  if (lastAtMs === undefined) {
    return { word: 'UNKNOWN', says: `${counts}: one look can't tell, the next one can` };
  }
  const ageMs = lastAtMs === null ? spanMs : nowMs - lastAtMs;
  const newest = `the newest of ${rule.effect.what} is ${durationText(ageMs)} old`;
  if (ageMs <= Math.max(rule.withinMs, WELL_MS))
    return { word: 'FLOWS', says: `${counts}; ${newest}` };
  return { word: 'SUSPECT', says: `${counts}; ${newest}` };
}

/** Decisions come every few seconds on a day, and now and then at night. */
const WELL_MS = 600_000;
/** Indicators need some thirty candles before the first regime can be confirmed. */
const WARM_UP_MIN = 60;
/** That nothing came in less says nothing. */
const PROVES_MS_MIN = 60_000;

/** The newest of both sides by their own times, where causes come by the clock. */
function judgeTimes(rule: StackRule, history: CounterHistory, nowMs: number): Judged | null {
  if (rule.isSteady !== true) return null;
  const causeAtMs = lastAtOfAny(history, rule.cause.anyOf);
  const effectAtMs = lastAtOfAny(history, rule.effect.anyOf);
  if (causeAtMs === undefined || causeAtMs === null || effectAtMs === undefined) return null;
  const causes = `the newest of ${rule.cause.what} is ${durationText(nowMs - causeAtMs)} old`;
  if (effectAtMs === null) {
    const side = sideOf(history, rule.cause.anyOf);
    if (side === null || totalOf(side) < WARM_UP_MIN) return null;
    return { word: 'STALLED', says: `${causes}; of ${rule.effect.what} there never was one` };
  }
  const says = `${causes}; that of ${rule.effect.what} is ${durationText(nowMs - effectAtMs)} old`;
  const isLate = causeAtMs - effectAtMs > rule.withinMs;
  if (!isLate) return { word: 'FLOWS', says };
  return { word: 'STALLED', says: `${says} (limit ${durationText(rule.withinMs)})` };
}

/** Rows that change in place are answered by the newest change. */
function judgeChange(
  rule: StackRule,
  cause: SeenSide,
  effect: SeenSide,
  { spanMs, nowMs }: Times,
): Judged {
  const causes = `${rule.cause.what} ${growthWords(cause.growth, spanMs)}`;
  const rows = totalOf(effect.side);
  const lastAtMs = lastAtOf(effect.side);
  if (lastAtMs === undefined && rows > 0) {
    return { word: 'UNKNOWN', says: `${causes}; ${rule.effect.what} do not say when they changed` };
  }
  if (spanMs < rule.withinMs) return { word: 'UNKNOWN', says: `${causes}: too early to tell` };
  const last =
    rows === 0 || lastAtMs === undefined || lastAtMs === null
      ? `no ${rule.effect.what}`
      : `the newest change of ${rule.effect.what} is ${durationText(nowMs - lastAtMs)} old`;
  const isChanged = rows > 0 && typeof lastAtMs === 'number' && lastAtMs >= nowMs - spanMs;
  return { word: isChanged ? 'FLOWS' : 'STALLED', says: `${causes}; ${last}` };
}

/** One effect ever is enough. */
function judgeEver(rule: StackRule, cause: SeenSide, effect: SeenSide): Judged {
  const [causes, effects] = [totalOf(cause.side), totalOf(effect.side)];
  const counts = `${countText(causes)} ${rule.cause.what}, ${countText(effects)} ${rule.effect.what}`;
  if (causes === 0) return { word: 'IDLE', says: `no ${rule.cause.what} yet` };
  return { word: effects > 0 ? 'FLOWS' : 'STALLED', says: counts };
}

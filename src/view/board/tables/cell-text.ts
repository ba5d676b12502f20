import type { CellContext } from '../table.js';

/** Nobody knows; never to be taken for 0. */
export const NO_DATA = '–';

/** Counts that need no more than four cells are said in full. */
const EXACT_BELOW = 10_000;
const SEC_MS = 1_000;
const MIN_MS = 60 * SEC_MS;
const HOUR_MS = 60 * MIN_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_DAYS = 365;

/** `9682`, `10.0k`, `2.3M`. */
export function countCell(count: number | null): string {
  if (count === null || !Number.isFinite(count)) return NO_DATA;
  if (Number.isInteger(count) && Math.abs(count) < EXACT_BELOW) return String(count);
  return scaled(count, 1_000, ['', 'k', 'M', 'G', 'T']);
}

/** `560`, `3.3M`, of 1024 each. */
export function bytesCell(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return NO_DATA;
  return scaled(bytes, 1_024, ['B', 'K', 'M', 'G', 'T']);
}

/** A rate per second: `31.2`, `0.33`, `0`. What is above 0 never reads as 0. */
export function rateCell(perSec: number | null): string {
  if (perSec === null || !Number.isFinite(perSec)) return NO_DATA;
  if (perSec === 0) return '0';
  if (perSec < 0.005) return '<.01';
  if (perSec < 1) return perSec.toFixed(2);
  return perSec < 1_000 ? perSec.toFixed(1) : countCell(perSec);
}

/** `100%`, `0.4%`, `<.1%`. */
export function shareCell(fraction: number | null): string {
  if (fraction === null || !Number.isFinite(fraction)) return NO_DATA;
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.1) return '<.1%';
  return percent < 9.95 && percent > 0 ? `${percent.toFixed(1)}%` : `${Math.round(percent)}%`;
}

/** Milliseconds: `0.4`, `12`, `1.2k`. */
export function msCell(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return NO_DATA;
  if (ms > 0 && ms < 0.1) return ms < 0.005 ? '<.01' : ms.toFixed(2);
  return ms < 10 ? ms.toFixed(1) : countCell(Math.round(ms));
}

/** At most six cells: `0.4s`, `42s`, `14m`, `4h12m`, `29d`, `3y`. */
export function spanCell(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return NO_DATA;
  const span = Math.max(0, ms);
  if (span < 10 * SEC_MS) return `${(Math.floor(span / 100) / 10).toFixed(1)}s`;
  if (span < 2 * MIN_MS) return `${Math.floor(span / SEC_MS)}s`;
  if (span < HOUR_MS) return `${Math.floor(span / MIN_MS)}m`;
  if (span < DAY_MS) return pair(span, [HOUR_MS, 'h'], [MIN_MS, 'm']);
  const days = Math.floor(span / DAY_MS);
  if (days < 10) return pair(span, [DAY_MS, 'd'], [HOUR_MS, 'h']);
  return days < 2 * YEAR_DAYS ? `${days}d` : `${Math.floor(days / YEAR_DAYS)}y`;
}

/** At most eight cells: how long ago, or the time of day or day in UTC. */
export function lastCell(atMs: number | null, { nowMs, times }: CellContext): string {
  if (atMs === null || !isTime(atMs)) return NO_DATA;
  if (times === 'relative') return ageCell(atMs, nowMs);
  const [day, time] = utcParts(atMs);
  if (day === utcParts(nowMs)[0]) return time;
  return day.slice(0, 4) === utcParts(nowMs)[0].slice(0, 4) ? day.slice(5) : day.slice(2);
}

/** At most eleven cells: `2.0s`, or `15:51:05`, `01-11 07:03`, `2025-12-29`. */
export function whenCell(atMs: number | null, context: CellContext): string {
  if (atMs === null || !isTime(atMs)) return NO_DATA;
  return context.times === 'relative'
    ? ageCell(atMs, context.nowMs)
    : timeCell(atMs, context.nowMs);
}

/** The time of day in UTC, with the day where it is another one. */
export function timeCell(atMs: number, nowMs: number): string {
  const [day, time] = utcParts(atMs);
  const [today] = utcParts(nowMs);
  if (day === today) return time;
  return day.slice(0, 4) === today.slice(0, 4) ? `${day.slice(5)} ${time.slice(0, 5)}` : day;
}

/** `15:51:07`. */
export function clockCell(atMs: number): string {
  return utcParts(atMs)[1];
}

/** `90 898.65`: what a decimal number says, in groups of three; anything else as it is. */
export function decimalCell(text: string | null): string {
  if (text === null) return NO_DATA;
  const [, sign = '', whole = '', rest = ''] = /^([+-]?)(\d+)(\.\d+)?$/.exec(text) ?? [];
  if (whole === '') return text === '' ? NO_DATA : text;
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ' ')}${rest}`;
}

/**
 * As `decimalCell`, rounded to so many cells; the row itself has every digit. What is not 0 never
 * reads as 0, and then stays as it is.
 */
export function roundedCell(text: string | null, cells: number): string {
  const whole = decimalCell(text);
  const at = whole.indexOf('.');
  if (text === null || whole.length <= cells || at === -1 || at > cells) return whole;
  const rounded = Number(text).toFixed(Math.max(0, cells - at - 1));
  return /[1-9]/.test(rounded) ? decimalCell(rounded) : whole;
}

export function textCell(text: string): string {
  return text === '' ? NO_DATA : text;
}

function ageCell(atMs: number, nowMs: number): string {
  const ageMs = nowMs - atMs;
  return ageMs < -SEC_MS ? `in ${spanCell(-ageMs)}` : spanCell(ageMs);
}

function isTime(atMs: number): boolean {
  return Number.isFinite(atMs) && Math.abs(atMs) <= 8.64e15;
}

function utcParts(atMs: number): readonly [day: string, time: string] {
  if (!isTime(atMs)) return ['', NO_DATA];
  const [day = '', time = ''] = new Date(atMs).toISOString().split('T');
  return [day, time.slice(0, 8)];
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let rest = Math.abs(value);
  let at = 0;
  while (at < units.length - 1 && rest >= (at === 0 ? step : step - 0.5)) {
    rest /= step;
    at += 1;
  }
  const sign = value < 0 ? '-' : '';
  const digits = at > 0 && rest < 99.95 ? 1 : 0;
  return `${sign}${at === 0 && Number.isInteger(rest) ? rest : rest.toFixed(digits)}${units[at] ?? ''}`;
}

type Unit = readonly [ms: number, name: string];

function pair(span: number, [bigMs, big]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((span % bigMs) / smallMs);
  const head = `${Math.floor(span / bigMs)}${big}`;
  return rest === 0 ? head : `${head}${rest}${small}`;
}

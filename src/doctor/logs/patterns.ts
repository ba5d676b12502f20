import { durationText } from '../../view/age.js';
import type { LogLevel, LogLine } from './facts.js';

/** Lines that say the same but for their numbers. */
export interface LogPattern {
  /** The text without numbers and ids. */
  readonly text: string;
  /** The newest of the lines as it stands. */
  readonly example: string;
  readonly level: LogLevel;
  readonly count: number;
  readonly firstAtMs: number | null;
  readonly lastAtMs: number | null;
  /** Between one and the next; null where there are fewer than two with a time. */
  readonly meanMs: number | null;
  readonly minMs: number | null;
  readonly maxMs: number | null;
}

const PATTERN_CHARS_MAX = 200;
const PATTERNS_MAX = 1_000;
const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;
const HEX = /\b(?=[0-9a-f]*\d)[0-9a-f]{6,}\b/gi;
const NUMBER = /[+-]?\d+(?:[.,:]\d+)*/g;
const LEADING_SIGN = /^[^\p{L}\p{N}"'<[(#]+/u;

/** Emoji in front and every number out: both vary between lines that mean the same. */
export function normalised(text: string): string {
  const plain = text.replace(LEADING_SIGN, '').replace(UUID, '#').replace(HEX, '#');
  return plain.replace(NUMBER, '#').slice(0, PATTERN_CHARS_MAX);
}

/** Of these levels, the most frequent first. */
export function patternsOf(
  lines: readonly LogLine[],
  levels: readonly LogLevel[],
): readonly LogPattern[] {
  const groups = new Map<string, LogLine[]>();
  for (const line of lines) {
    if (line.level === null || !levels.includes(line.level)) continue;
    const key = normalised(line.text);
    const group = groups.get(key);
    if (group !== undefined) group.push(line);
    else if (groups.size < PATTERNS_MAX) groups.set(key, [line]);
  }
  return [...groups]
    .map(([text, group]) => patternOf(text, group))
    .sort((a, b) => b.count - a.count);
}

function patternOf(text: string, group: readonly LogLine[]): LogPattern {
  const times = group.flatMap(({ atMs }) => atMs ?? []).sort((a, b) => a - b);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs));
  const isFatal = group.some(({ level }) => level === 'fatal');
  return {
    text,
    example: group.at(-1)?.text ?? text,
    level: isFatal ? 'fatal' : (group[0]?.level ?? 'error'),
    count: group.length,
    firstAtMs: times[0] ?? null,
    lastAtMs: times.at(-1) ?? null,
    meanMs: gaps.length === 0 ? null : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length,
    minMs: gaps.length === 0 ? null : gaps.reduce((a, b) => Math.min(a, b)),
    maxMs: gaps.length === 0 ? null : gaps.reduce((a, b) => Math.max(a, b)),
  };
}

/** Whole seconds that all gaps are within. */
export function frequencySeconds(
  pattern: LogPattern,
): { readonly min: number; readonly max: number } | null {
  const { minMs, maxMs } = pattern;
  if (minMs === null || maxMs === null) return null;
  return { min: Math.floor(minMs / 1_000), max: Math.ceil(maxMs / 1_000) };
}

/** `every 3-7 s`, `every 20 min on average`, `once`. */
export function frequencyText(pattern: LogPattern): string {
  const seconds = frequencySeconds(pattern);
  if (seconds === null || pattern.meanMs === null) return `${pattern.count} times`;
  if (seconds.max > 120) return `every ${durationText(pattern.meanMs)} on average`;
  if (seconds.max <= 1) return 'several times a second';
  return `every ${seconds.min}-${seconds.max} s`;
}

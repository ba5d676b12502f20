import type { CellTone } from '../table.js';

/** Of a state: never the mark or the colour alone. */
export const MARKS = {
  good: '●',
  warn: '▲',
  bad: '✖',
  dim: '○',
  plain: '·',
} as const satisfies Readonly<Record<CellTone, string>>;

/** `● ok`. */
export function markedWord(tone: CellTone, word: string): string {
  return `${MARKS[tone]} ${word}`;
}

const STATUS_TONES: Readonly<Record<string, CellTone>> = {
  OK: 'good',
  PASS: 'good',
  WARN: 'warn',
  SKIP: 'dim',
  INFO: 'dim',
  BLOCKER: 'bad',
  FAIL: 'bad',
  CRASH: 'bad',
  MISSING: 'warn',
  STALE: 'warn',
  TIMEOUT: 'warn',
};

/** Of a finding or a proof; what is not known is never good. */
export function statusTone(status: string): CellTone {
  return (Object.hasOwn(STATUS_TONES, status) ? STATUS_TONES[status] : undefined) ?? 'warn';
}

/** Of the control level. */
export function levelTone(level: string): CellTone {
  if (level === 'TRADING') return 'good';
  return level === 'REDUCING' ? 'warn' : 'bad';
}

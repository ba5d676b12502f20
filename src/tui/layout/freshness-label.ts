import { freshnessOf, type Freshness, type Section } from '../../view/board/section.js';
import { spanCell } from '../../view/board/tables/cell-text.js';
import type { Span } from '../line.js';
import { say } from './spans.js';

const HOUR_MS = 3_600_000;

export interface FreshnessLabel {
  readonly freshness: Freshness;
  /** `as of 0.4s`, `as of 21m ~`, `STALE 00:42`; empty while nothing was read. */
  readonly span: Span;
  /** Behind every total that rests on it. */
  readonly doubt: '' | '?';
}

export function freshnessLabel(section: Section<unknown>, shownMs: number): FreshnessLabel {
  const freshness = freshnessOf(section, shownMs);
  const ageMs = shownMs - (section.asOfMs ?? shownMs);
  if (freshness === 'none') return { freshness, span: say(''), doubt: '' };
  if (freshness === 'stale') {
    return { freshness, span: say(`STALE ${minutesText(ageMs)}`, 'warn'), doubt: '?' };
  }
  const mark = freshness === 'old' ? ' ~' : '';
  return { freshness, span: say(`as of ${spanCell(ageMs)}${mark}`, 'dim'), doubt: '' };
}

/** Why there is nothing, where nothing was ever read. */
export function nothingWords({ down, source }: Section<unknown>): string {
  if (down !== null) return `no data: ${source} cannot be read: ${down.why}`;
  return source === 'doctor reports' ? 'no check-up known yet: 6, then r' : 'no data yet';
}

/** `00:42`, and above an hour `3h12m`. */
function minutesText(ms: number): string {
  if (ms >= HOUR_MS) return spanCell(ms);
  const sec = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(sec / 60))}:${two(sec % 60)}`;
}

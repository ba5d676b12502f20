import type { Section, SectionSource } from '../../../src/view/board/section.js';

const SEC_MS = 1_000;
export const MIN_MS = 60 * SEC_MS;
export const HOUR_MS = 60 * MIN_MS;
export const DAY_MS = 24 * HOUR_MS;

/** "Now" of every fake board. */
export const BOARD_NOW_MS = Date.UTC(2026, 1, 9, 15, 51, 7);

export const ago = (ms: number): number => BOARD_NOW_MS - ms;

/** A part that was read 0.4 s before `BOARD_NOW_MS`. */
export function fakeSection<T>(
  source: SectionSource,
  value: T | null,
  overrides: Partial<Section<T>> = {},
): Section<T> {
  const asOfMs = value === null ? null : ago(400);
  return { source, value, asOfMs, everyMs: 500, down: null, ...overrides };
}

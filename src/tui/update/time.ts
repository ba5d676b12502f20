import type { UiState } from '../ui-state.js';
import { noticed, only, type UpdateContext, type Updated } from './context.js';

const STEP_MS = 1_000;
const MINUTE_MS = 60_000;
const INTERVALS_MS = [100, 200, 500, 1_000, 2_000, 5_000] as const;

export const TIME_STEP_MS = {
  'step back': -STEP_MS,
  'step on': STEP_MS,
  'minute back': -MINUTE_MS,
  'minute on': MINUTE_MS,
} as const;

/** Holds the screen; what comes meanwhile is kept. */
export function pause(ui: UiState, { board, span }: UpdateContext): Updated {
  if (ui.playback !== null) return only({ ...ui, playback: null });
  const newestMs = Math.max(span?.newestMs ?? board.atMs, board.atMs);
  return only({ ...ui, playback: { atMs: board.atMs, newestMs } });
}

/** A step from now is one back from the newest moment. */
export function step(ui: UiState, byMs: number, { board, span }: UpdateContext): Updated {
  if (span === null) return noticed(ui, 'no moment before this one is kept yet');
  const wantedMs = (ui.playback?.atMs ?? board.atMs) + byMs;
  const atMs = Math.min(span.newestMs, Math.max(span.oldestMs, wantedMs));
  const held = { ...ui, playback: { atMs, newestMs: span.newestMs } };
  return atMs > wantedMs ? noticed(held, 'this is the oldest moment that is kept') : only(held);
}

/** Back to now; of a recording, to its end. */
export function goLive(ui: UiState, { span }: UpdateContext): Updated {
  if (!ui.isReplay || span === null) return only({ ...ui, playback: null });
  return only({ ...ui, playback: { atMs: span.newestMs, newestMs: span.newestMs } });
}

export function changeInterval(ui: UiState, step: 1 | -1): Updated {
  const at = INTERVALS_MS.findIndex((ms) => ms >= ui.intervalMs);
  const intervalMs = INTERVALS_MS[Math.min(INTERVALS_MS.length - 1, Math.max(0, at + step))];
  if (intervalMs === undefined) return only(ui);
  return noticed({ ...ui, intervalMs }, `drawn every ${intervalMs} ms`);
}

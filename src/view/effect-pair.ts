import type { Seen } from '../engine/ports/engine-status.js';

/**
 * OK: the effect answered its cause, with evidence. STALLED: a cause had no effect in time.
 * IDLE: there was nothing to answer. UNKNOWN: too early, or the figures can't tell.
 */
export type EffectWord = 'OK' | 'STALLED' | 'IDLE' | 'UNKNOWN';

export interface Verdict {
  readonly word: EffectWord;
  /** One sentence without a final period, with the figures it was drawn from. */
  readonly reason: string;
}

export type EffectName =
  | 'feed->trades'
  | 'inputs->fold'
  | 'trades->candles'
  | 'signals->decisions'
  | 'decisions->audit rows'
  | 'approvals->orders'
  | 'orders->results'
  | 'fills->positions'
  /** Of a run that several processes share. */
  | 'shards->engines';

export interface EffectPair extends Verdict {
  readonly name: EffectName;
  readonly cause: Seen;
  readonly effect: Seen;
}

export const NOTHING_SEEN: Seen = { count: 0, lastAtMs: null };

export function answered(cause: Seen, effect: Seen): boolean {
  if (cause.lastAtMs === null) return true;
  return effect.lastAtMs !== null && effect.lastAtMs >= cause.lastAtMs;
}

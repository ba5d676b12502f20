import type { EngineStatus, Seen } from '../engine/ports/engine-status.js';
import { NOTHING_SEEN } from './effect-pair.js';

/**
 * What one status can't tell: since when a cause waits for its effect. "The last candle is five
 * minutes old" is a stall when trades came all the time, and nothing when the first trade after a
 * pause came a second ago. Folding the status into this about once a second tells them apart.
 */
export interface EffectsWatch {
  readonly candles: Waiting;
  readonly results: Waiting;
  /** Shards that this process owned at the look; empty where it has the run for itself. */
  readonly folds: string;
}

interface Waiting {
  readonly causeCount: number;
  readonly effectCount: number;
  /** Wall time of the first cause since the last effect; null when none waits. */
  readonly sinceMs: number | null;
}

export function watchEffects(previous: EffectsWatch | null, status: EngineStatus): EffectsWatch {
  const { outputs, trades, shared } = status;
  const folds = (shared?.folds ?? []).join(' ');
  const candles = outputs.CandleClosed ?? NOTHING_SEEN;
  const [orders, results] = [outputs.OrderRequested ?? NOTHING_SEEN, orderResults(status)];
  // What a shard waited for that went to another engine is answered there.
  if (previous !== null && previous.folds !== folds) {
    return {
      candles: nothingWaits(trades, candles),
      results: nothingWaits(orders, results),
      folds,
    };
  }
  return {
    candles: next(previous?.candles ?? null, trades, candles),
    results: next(previous?.results ?? null, orders, results),
    folds,
  };
}

/** Answers to orders of any kind; in shadow the refusals, because nothing else really came back. */
export function orderResults({ outputs, portfolio }: EngineStatus): Seen {
  const venue = portfolio.book === 'real' ? [outputs.OrderFilled, outputs.OrderRejected] : [];
  const kinds = [outputs.OrderRefused, ...venue];
  return kinds.reduce<Seen>(
    (sum, seen = NOTHING_SEEN) => ({
      count: sum.count + seen.count,
      lastAtMs: latest(sum.lastAtMs, seen.lastAtMs),
    }),
    NOTHING_SEEN,
  );
}

/** One status alone: as if the cause had waited since the last effect, the worst that can be. */
export function waitingAtMost(cause: Seen, effect: Seen, startedAtMs: number): number | null {
  if (cause.lastAtMs === null) return null;
  if (effect.lastAtMs !== null && effect.lastAtMs >= cause.lastAtMs) return null;
  return effect.lastAtMs ?? startedAtMs;
}

function nothingWaits(cause: Seen, effect: Seen): Waiting {
  return { causeCount: cause.count, effectCount: effect.count, sinceMs: null };
}

function next(previous: Waiting | null, cause: Seen, effect: Seen): Waiting {
  return {
    causeCount: cause.count,
    effectCount: effect.count,
    sinceMs: waitingSince(previous, cause, effect),
  };
}

function waitingSince(previous: Waiting | null, cause: Seen, effect: Seen): number | null {
  const unanswered = waitingAtMost(cause, effect, 0) !== null;
  if (previous === null || effect.count !== previous.effectCount) {
    return unanswered ? cause.lastAtMs : null;
  }
  if (previous.sinceMs !== null) return previous.sinceMs;
  return cause.count > previous.causeCount ? cause.lastAtMs : null;
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

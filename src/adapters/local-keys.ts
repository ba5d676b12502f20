import type { Clock } from '../engine/ports/clock.js';
import type { Keys } from '../engine/ports/topics-keys.js';

/** Set at once. */
interface LocalKeys extends Keys {
  set(key: string, value: string, ttlMs: number | null): void;
}

interface Held {
  readonly value: string;
  readonly expiresAtMs: number;
}

/** A few keys per symbol are expected; the bound only keeps a bad writer from eating the memory. */
const KEYS_MAX = 10_000;

/**
 * Keys inside this process. Expiry follows the monotonic clock: a step of the wall clock neither
 * revives a stale market state nor ends a fresh one. Beyond `keysMax` the key that was set
 * longest ago is dropped.
 */
export function localKeys(clock: Clock, keysMax = KEYS_MAX): LocalKeys {
  const held = new Map<string, Held>();
  const isLive = ({ expiresAtMs }: Held): boolean => expiresAtMs > clock.monotonicMs();
  return {
    set: (key, value, ttlMs) => {
      held.delete(key);
      if (held.size >= keysMax) makeRoom(held, isLive);
      const expiresAtMs = ttlMs === null ? Infinity : clock.monotonicMs() + ttlMs;
      held.set(key, { value, expiresAtMs });
    },
    get: (key) => {
      const found = held.get(key);
      if (found === undefined) return null;
      if (isLive(found)) return found.value;
      held.delete(key);
      return null;
    },
    list: (prefix) =>
      [...held]
        .filter(([key, value]) => key.startsWith(prefix) && isLive(value))
        .map(([key]) => key)
        .sort(),
  };
}

function makeRoom(held: Map<string, Held>, isLive: (entry: Held) => boolean): void {
  const expired = [...held].filter(([, entry]) => !isLive(entry)).map(([key]) => key);
  const oldest = [...held.keys()].slice(0, 1);
  for (const key of expired.length > 0 ? expired : oldest) held.delete(key);
}

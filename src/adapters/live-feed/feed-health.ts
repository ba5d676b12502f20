import type { FeedHealth, SymbolFeedState } from '../../engine/ports/feed.js';
import type { PlannedConnection } from './connection-group.js';

/** A market that trades every few seconds is no reason to look twice. */
const LIVE_MS = 10_000;
/** The gate takes no decision on data that are silent for longer (RC_004). */
const QUIET_MS = 30_000;

interface HealthParts {
  readonly symbols: readonly string[];
  readonly connections: readonly PlannedConnection[];
  /** Local time of the newest frame of each symbol. */
  readonly dataAtMs: ReadonlyMap<string, number>;
  readonly rejection: (symbol: string) => string | undefined;
  readonly nowMs: number;
}

export function symbolHealth(parts: HealthParts): FeedHealth['symbols'] {
  return parts.symbols.map((symbol) => {
    const lastDataAtMs = parts.dataAtMs.get(symbol) ?? null;
    return { symbol, lastDataAtMs, downSinceMs: null, ...stateOf(symbol, lastDataAtMs, parts) };
  });
}

interface StateAndWhy {
  readonly state: SymbolFeedState;
  readonly why: string;
  readonly downSinceMs?: number;
}

function stateOf(symbol: string, lastDataAtMs: number | null, parts: HealthParts): StateAndWhy {
  const refused = parts.rejection(symbol);
  if (refused !== undefined) return { state: 'rejected', why: `the venue refuses it: ${refused}` };
  const carriers = parts.connections.filter(({ symbols }) => symbols.includes(symbol));
  const open = carriers.find(({ state }) => state === 'open' || state === 'live');
  if (open === undefined) {
    const why = carriers.find((carrier) => carrier.why !== '')?.why ?? 'not connected yet';
    const downSinceMs = carriers[0]?.downSinceMs ?? parts.nowMs;
    return { state: 'down', why, downSinceMs };
  }
  const silentMs = parts.nowMs - Math.max(lastDataAtMs ?? 0, open.sinceMs);
  const isHeard = lastDataAtMs !== null && parts.nowMs - lastDataAtMs <= LIVE_MS;
  if (isHeard) return { state: 'live', why: '' };
  const what = lastDataAtMs === null ? 'asked for, nothing came yet' : 'no trades lately';
  if (silentMs <= QUIET_MS) return { state: 'quiet', why: `${what}; the connection is well` };
  return { state: 'stale', why: `${what}, for longer than any decision may rest on` };
}

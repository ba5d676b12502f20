import type { EngineStatus } from '../engine/ports/engine-status.js';
import type { FeedHealth } from '../engine/ports/feed.js';
import { agoText, durationText } from './age.js';
import { droppedTrades } from './dropped-trades.js';
import type { Verdict } from './effect-pair.js';
import { countText } from './figure.js';
import { judgeSharedFeed } from './shared-effects.js';

/** A recorded feed that says nothing for longer is waiting for something. */
const FEED_SILENCE_MS = 60_000;
/** A connection that is cut is back within a second or two: no alarm by itself. */
const RECONNECT_MS = 5_000;
/** From the start to the first trade of a busy market. */
const CONNECT_MS = 15_000;

type SymbolHealth = FeedHealth['symbols'][number];

/** Do trades come? Of a live feed its connections know better than a clock. */
export function judgeFeed(status: EngineStatus): Verdict {
  const { health } = status.feed;
  if (health !== null) return judgeLive(status, health);
  return status.shared === undefined
    ? judgeRecorded(status)
    : judgeSharedFeed(status, status.shared);
}

function judgeLive(status: EngineStatus, { symbols }: FeedHealth): Verdict {
  const bad = symbols.filter((symbol) => isAway(symbol, status));
  const silent = symbols.filter(({ state }) => state === 'stale');
  const well = symbols.filter(({ state }) => state === 'live' || state === 'quiet');
  const faults = [...bad, ...(well.length === 0 ? silent : [])];
  if (faults.length > 0) {
    const reason = faults.map((symbol) => symbolWords(symbol, status.observedAtMs)).join('; ');
    return { word: 'STALLED', reason };
  }
  const live = symbols.filter(({ state }) => state === 'live').length;
  const reason = `${countText(live)} of ${countText(symbols.length)} symbols live${refusedWords(status)}`;
  if (live > 0) return { word: 'OK', reason };
  const proven = well.some(({ lastDataAtMs }) => lastDataAtMs !== null);
  if (proven) return { word: 'IDLE', reason: `${reason}; the connections are well` };
  const what = well.length > 0 ? 'nothing came yet' : 'connecting';
  return { word: 'UNKNOWN', reason: `${reason}; ${what}` };
}

/** Down for longer than a connection takes, or refused. */
function isAway({ state, lastDataAtMs, downSinceMs }: SymbolHealth, status: EngineStatus): boolean {
  if (state === 'rejected') return true;
  if (state !== 'down' || downSinceMs === null) return false;
  const graceMs = lastDataAtMs === null ? CONNECT_MS : RECONNECT_MS;
  return status.observedAtMs - downSinceMs > graceMs;
}

/** `BTCUSDT DOWN: closed by the venue (1006), last data 12 s ago` */
export function symbolWords(symbol: SymbolHealth, nowMs: number): string {
  const { lastDataAtMs, why } = symbol;
  const last =
    lastDataAtMs === null ? 'no data since the start' : `last data ${agoText(lastDataAtMs, nowMs)}`;
  const because = why === '' ? '' : `: ${why}`;
  return `${symbol.symbol} ${symbol.state.toUpperCase()}${because}, ${last}`;
}

function judgeRecorded(status: EngineStatus): Verdict {
  const { trades, startedAtMs, observedAtMs } = status;
  const silentMs = observedAtMs - (trades.lastAtMs ?? startedAtMs);
  const silent = silentMs > FEED_SILENCE_MS;
  if (trades.count === 0) {
    const since = `no trade since the start, ${durationText(silentMs)} ago`;
    const reason = `${since}${refusedWords(status)}`;
    return { word: silent ? 'STALLED' : 'UNKNOWN', reason };
  }
  const reason = `the last trade came ${durationText(silentMs)} ago${refusedWords(status)}`;
  return { word: silent ? 'IDLE' : 'OK', reason };
}

function refusedWords({ tradesRefused }: EngineStatus): string {
  const refused = droppedTrades(tradesRefused);
  return refused === 0 ? '' : `; ${countText(refused)} trades were refused`;
}

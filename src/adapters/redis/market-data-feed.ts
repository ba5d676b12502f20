import { TOPICS } from '../../engine/domain/wire/streams.js';
import type { Feed } from '../../engine/ports/feed.js';
import { feedOf } from '../live-feed/live-feed.js';
import type { LiveDepends } from '../live-feed/live-session.js';
import { marketDataStream } from './market-data-stream.js';
import { askRedisTime, topicWire } from './market-data-wire.js';

/** A quiet topic is well: only the connection is judged, by its answers. Never replaced by age. */
const LIMITS = {
  connectMs: 10_000,
  silentMs: 5_000,
  dataMs: Infinity,
  rotateMs: Infinity,
  overlapMs: 30_000,
};

export interface MarketDataSource {
  /** May hold a password; is never shown. */
  readonly url: string;
  /** None = all that come. */
  readonly symbols: readonly string[];
}

/**
 * The trades that an existing stack publishes on `market_data`. A topic has no history: what is said
 * while the connection is away is lost, and told as lost.
 */
export function marketDataFeed({ url, symbols }: MarketDataSource, deps: LiveDepends): Feed {
  const { clock } = deps;
  const names = symbols.length === 0 ? '*' : [...symbols].sort().join(',');
  return feedOf(
    {
      stream: marketDataStream(deps.onNotice),
      symbols,
      openWire: topicWire(url, TOPICS.marketData, clock),
      askTime: (signal) => askRedisTime(url, clock, signal),
      limits: LIMITS,
    },
    deps,
    {
      identity: `redis:${TOPICS.marketData};symbols=${names}`,
      description: `redis ${symbols.length === 0 ? 'all symbols' : symbols.join(', ')}`,
    },
  );
}

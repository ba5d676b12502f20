import { openFileFeed } from '../../adapters/files-feed/open-file-feed.js';
import { liveFeed, type VenueSource } from '../../adapters/live-feed/live-feed.js';
import { openRecording } from '../../adapters/live-feed/recording-file.js';
import { marketDataFeed } from '../../adapters/redis/market-data-feed.js';
import { VENUE_STREAMS } from '../../adapters/venue-streams.js';
import type { EngineOrder } from '../../commands/services.js';
import { isLiveVenue, REDIS_FEED, type LiveVenue } from '../../config/live-venues.js';
import type { Config } from '../../config/parse-config.js';
import { originText } from '../../config/setting.js';
import type { Clock } from '../../engine/ports/clock.js';
import type { Feed } from '../../engine/ports/feed.js';
import { pacedFeed } from '../../engine/paced-feed.js';
import { EXIT, OperatorError } from '../../operator-error.js';

interface OpenedFeed {
  readonly feed: Feed;
  readonly words: string;
  close(): Promise<void>;
}

const DEFAULT_SYMBOLS = ['BTCUSDT'];
const LIMITS = { connectMs: 10_000, silentMs: 30_000, dataMs: 60_000, overlapMs: 30_000 };

/** A venue's name is its live stream, `redis` a topic; everything else is a file. */
export async function openFeed(order: EngineOrder, clock: Clock): Promise<OpenedFeed> {
  const { source } = order.config.feed;
  if (isLiveVenue(source)) return openLive(source, order, clock);
  if (order.record !== undefined) throw notRecorded(source);
  if (source === REDIS_FEED) return openTopic(order, clock);
  const { symbols, speed } = order.config.feed;
  const feed = await openFileFeed(source, { symbols });
  const words = `${feed.description}, speed ${speed === 'max' ? 'max' : `${speed}x`}`;
  return { feed: pacedFeed(feed, clock, speed), words, close: () => Promise.resolve() };
}

function liveSource(venue: LiveVenue, { feed }: Config): VenueSource {
  const symbols = feed.symbols.length === 0 ? DEFAULT_SYMBOLS : feed.symbols;
  return {
    stream: VENUE_STREAMS[venue].stream(),
    symbols: askedSymbols(symbols),
    socketBaseUrl: feed[`${venue}Url`],
    timeUrl: `${feed[`${venue}RestUrl`]}/api/v3/time`,
    limits: { ...LIMITS, rotateMs: feed.rotateAfterMs },
  };
}

/** Venues know upper case only, in their channels or in their frames. */
function askedSymbols(symbols: readonly string[]): readonly string[] {
  return [...new Set(symbols.map((symbol) => symbol.toUpperCase()))];
}

async function openLive(
  venue: LiveVenue,
  { config, record, onNotice }: EngineOrder,
  clock: Clock,
): Promise<OpenedFeed> {
  const source = liveSource(venue, config);
  const selfTest = VENUE_STREAMS[venue].selfTest();
  const recording =
    record === undefined
      ? null
      : await openRecording(record, {
          venue,
          bytesMax: config.feed.recordBytesMax,
          nowMs: clock.nowMs(),
          onEnd: (why) => {
            onNotice(`the recording "${record}" ends here: ${why}; the engine goes on`);
          },
        });
  const feed = liveFeed(source, {
    clock,
    random: Math.random,
    onWire: (event, atMs) => {
      recording?.write(event, atMs);
    },
    onNotice,
  });
  const recorded = recording === null ? '' : `, recorded to ${record ?? ''}`;
  return {
    feed,
    words: `${feed.description} from ${source.socketBaseUrl}${recorded}; ${selfTest}`,
    close: () => recording?.close() ?? Promise.resolve(),
  };
}

function openTopic({ config, onNotice }: EngineOrder, clock: Clock): OpenedFeed {
  const { redisUrl } = config;
  if (redisUrl === undefined) throw noRedis(config);
  const { url, origin } = redisUrl;
  const feed = marketDataFeed(
    { url, symbols: askedSymbols(config.feed.symbols) },
    { clock, random: Math.random, onWire: () => undefined, onNotice },
  );
  const words = `${feed.description}, topic market_data of the Redis of ${originText(origin)}`;
  return { feed, words, close: () => Promise.resolve() };
}

function noRedis({ redis }: Config): OperatorError {
  return new OperatorError({
    code: 'CDB-E0521',
    what: `Cannot listen to the feed "${REDIS_FEED}": no Redis is configured`,
    why: `the URL is read from the variable ${redis.urlEnv} or from the file that redis.urlFile names`,
    todo: `export ${redis.urlEnv}=redis://127.0.0.1:6379/0`,
    exit: EXIT.CONFIG,
  });
}

function notRecorded(source: string): OperatorError {
  const isTopic = source === REDIS_FEED;
  return new OperatorError({
    code: 'CDB-E0002',
    what: `Cannot record the feed "${source}"`,
    why: isTopic
      ? 'recordings hold frames of a venue'
      : 'it is a file, and says the same every time it is read',
    todo: 'leave --record out, or take --feed mexc or --feed binance',
    exit: EXIT.USAGE,
  });
}

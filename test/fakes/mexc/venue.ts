import { seededRandom, type Random } from '../venue/seeded-random.js';
import { TRADE_FILES } from '../venue/trade-files.js';
import { createVenueClock, type VenueClock } from '../venue/venue-clock.js';
import { FaultBoard } from './fault-board.js';
import { Market } from './market.js';
import { MarketPlayer } from './market-player.js';
import { PrivateAccount } from './private-account.js';
import { Publisher } from './publisher.js';
import { RestServer } from './rest-server.js';
import {
  dealsPerFrame,
  DOCUMENTED_LIMITS,
  tradeSource,
  type FakeMexcSettings,
} from './settings.js';
import { StreamVenue } from './stream-venue.js';

/** The parts of the fake, joined; nothing listens yet. */
export interface Venue {
  readonly clock: VenueClock;
  readonly random: Random;
  readonly board: FaultBoard;
  readonly market: Market;
  readonly player: MarketPlayer;
  readonly publisher: Publisher;
  readonly stream: StreamVenue;
  readonly rest: RestServer;
  readonly account: PrivateAccount | null;
  /** Open to the API. */
  readonly symbols: readonly string[];
}

export function createVenue(options: FakeMexcSettings & { readonly clock?: VenueClock }): Venue {
  const clock = options.clock ?? createVenueClock({ offsetMs: options.clockOffsetMs ?? 0 });
  const random = seededRandom(options.seed ?? 1);
  const board = new FaultBoard();
  const market = new Market(clock.nowMs());
  const source = tradeSource(options, TRADE_FILES.btcusdt);
  const closedSymbols = options.closedSymbols ?? [];
  const listed = options.symbols ?? source.symbols;
  const symbols = listed.filter((symbol) => !closedSymbols.includes(symbol));
  const limits = { ...DOCUMENTED_LIMITS, ...options.limits };
  const player = new MarketPlayer(source, market, clock);
  const times = { elapsedMs: () => clock.elapsedMs(), nowMs: () => clock.nowMs() };
  const publisher = new Publisher({
    market,
    dealsPerFrameMax: dealsPerFrame(options),
    without: [
      ...(options.tradeIds === false ? (['tradeId'] as const) : []),
      ...(options.eventType === false ? (['eventType'] as const) : []),
    ],
    ...times,
  });
  const stream = new StreamVenue({
    clock,
    board,
    random,
    limits,
    pingKeepsAlive: options.pingKeepsAlive ?? false,
    keepFrames: options.keepFrames ?? true,
    rules: {
      board,
      symbols: new Set(symbols),
      subscriptionsMax: limits.subscriptionsMax,
      newestSequence: () => market.sequence,
      onSubscribed: () => {
        player.begin();
      },
    },
  });
  const account = options.account === undefined ? null : new PrivateAccount(options.account);
  const rest = new RestServer({
    board,
    market,
    symbols,
    closedSymbols,
    account,
    ...times,
  });
  return { clock, random, board, market, player, publisher, stream, rest, account, symbols };
}

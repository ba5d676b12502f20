import { replayTrades } from '../venue/recorded-trades.js';
import { syntheticTrades } from '../venue/synthetic-trades.js';
import { NO_TRADES, type TradeSource } from '../venue/trade-source.js';
import type { PlannedFault, FaultPlan } from './fault-plan.js';

export type TradesSetting =
  /** Real trades; see `TRADE_FILES`. */
  | { readonly from: 'file'; readonly path: string; readonly repeat?: boolean }
  /** `messagesPerSecond` frames of `dealsPerMessage` (1) in all, spread over the symbols. */
  | {
      readonly from: 'synthetic';
      readonly symbols: number;
      readonly messagesPerSecond: number;
      readonly dealsPerMessage?: number;
    }
  /** Only what a test makes happen with `trade()`. */
  | { readonly from: 'nothing' };

/** Everything that can be said in JSON: what the fake in its own process takes. */
export interface FakeMexcSettings {
  /** Open to the API; default: those of the trades. One without trades is a quiet one. */
  readonly symbols?: readonly string[];
  /** Listed, but not open to the API: subscriptions are blocked, REST answers 10007. */
  readonly closedSymbols?: readonly string[];
  /** Default: the BTCUSDT file. */
  readonly trades?: TradesSetting;
  /** Recorded milliseconds per millisecond: times come closer together. Default 1. */
  readonly speed?: number;
  /** So much of the market lies before the start, for REST; default 0. */
  readonly historyMs?: number;
  /** When the trades begin to happen. Default `start`: nobody waits for a client. */
  readonly tradesBegin?: 'start' | 'first-subscription';
  /** False: as before June 2026. Default true. */
  readonly tradeIds?: boolean;
  /** False: left out. Default true. */
  readonly eventType?: boolean;
  /** More deals are split over several frames; default 1,000. */
  readonly dealsPerFrameMax?: number;
  /** The shown time is so far ahead of the host's; default 0. */
  readonly clockOffsetMs?: number;
  /** Whether PING keeps a quiet subscription past 60 s; nobody knows. Default false. */
  readonly pingKeepsAlive?: boolean;
  /** Whose signed requests are served; without it the private part is not there. */
  readonly account?: AccountSetting;
  readonly limits?: Partial<VenueLimits>;
  readonly faultPlan?: FaultPlan | readonly PlannedFault[];
  /** Of everything drawn outside the plan (noise bytes, field orders). */
  readonly seed?: number;
  /** False: frames are counted, not kept, for load. Default true. */
  readonly keepFrames?: boolean;
  /** Between two looks at the clock, host ms; default 10. 0: only by `tick()`. */
  readonly tickMs?: number;
}

export interface AccountSetting {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** Orders that rest when it starts. */
  readonly openOrders: readonly { readonly orderId: string; readonly symbol: string }[];
}

export interface VenueLimits {
  readonly subscriptionsMax: number;
  readonly requestsPerSecondMax: number;
  readonly unsubscribedMsMax: number;
  readonly quietMsMax: number;
  readonly lifeMsMax: number;
}

export const DOCUMENTED_LIMITS: VenueLimits = {
  subscriptionsMax: 30,
  requestsPerSecondMax: 100,
  unsubscribedMsMax: 30_000,
  quietMsMax: 60_000,
  lifeMsMax: 24 * 3_600_000,
};

export function tradeSource(settings: FakeMexcSettings, defaultPath: string): TradeSource {
  const { speed = 1, historyMs = 0, symbols, seed } = settings;
  const trades = settings.trades ?? { from: 'file', path: defaultPath };
  switch (trades.from) {
    case 'file':
      return replayTrades({ ...trades, speed, historyMs, ...(symbols && { symbols }) });
    case 'synthetic':
      return syntheticTrades({
        symbols: trades.symbols,
        messagesPerSecond: trades.messagesPerSecond,
        tradesPerMessage: trades.dealsPerMessage ?? 1,
        ...(seed !== undefined && { seed }),
      });
    case 'nothing':
      return NO_TRADES(symbols ?? ['BTCUSDT']);
  }
}

export function dealsPerFrame({ trades, dealsPerFrameMax }: FakeMexcSettings): number {
  const perMessage = trades?.from === 'synthetic' ? (trades.dealsPerMessage ?? 1) : 1000;
  return dealsPerFrameMax ?? perMessage;
}

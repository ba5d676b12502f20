import { fromUnits } from '../venue/decimal-text.js';
import { KLINE_SECONDS, type Channel } from './channel-name.js';
import type { FrameMembers } from './frame-encoder.js';
import type { OptionalField } from './faults.js';
import { candleTexts, type Market, type MarketTrade } from './market.js';

export interface FrameContent {
  readonly channel: Channel;
  readonly sendTimeMs: number;
  /** Optional members that stay away. */
  readonly without: ReadonlySet<OptionalField>;
}

const SIDES = { buy: 1, sell: 2 };

export function dealsFrame(
  { channel, sendTimeMs, without }: FrameContent,
  trades: readonly MarketTrade[],
): FrameMembers {
  const deals = trades.map((trade) => ({
    price: trade.price,
    quantity: trade.quantity,
    ...(!without.has('tradeType') && { tradeType: SIDES[trade.side] }),
    time: trade.timeMs,
    ...(!without.has('tradeId') && { tradeId: trade.tradeId }),
  }));
  // The channel up to the interval.
  const eventType = channel.name.slice(0, channel.name.lastIndexOf('@'));
  return {
    channel: channel.name,
    ...(!without.has('symbol') && { symbol: channel.symbol }),
    ...(!without.has('sendTime') && { sendTime: sendTimeMs }),
    publicAggreDeals: { deals, ...(!without.has('eventType') && { eventType }) },
  };
}

/** Null while there was no trade. */
export function bookTickerFrame(
  { channel, sendTimeMs }: FrameContent,
  market: Market,
): FrameMembers | null {
  const best = market.best(channel.symbol);
  const last = market.newest(channel.symbol, 1)[0];
  if (best === null || last === undefined) return null;
  return {
    channel: channel.name,
    symbol: channel.symbol,
    sendTime: sendTimeMs,
    publicAggreBookTicker: {
      bidPrice: fromUnits(best.bid),
      bidQuantity: last.quantity,
      askPrice: fromUnits(best.ask),
      askQuantity: last.quantity,
      version: String(81_999_000_000 + last.sequence),
      lastOrderCreateTime: last.timeMs,
    },
  };
}

/** The candle in progress; null while there was no trade. */
export function klineFrame(
  { channel, sendTimeMs }: FrameContent,
  market: Market,
): FrameMembers | null {
  const { klineInterval: interval, symbol } = channel;
  if (interval === null) return null;
  const seconds = KLINE_SECONDS[interval];
  const candle = market.candles(symbol, seconds).at(-1);
  if (candle === undefined) return null;
  const { open, close, high, low, volume, amount } = candleTexts(candle);
  return {
    channel: channel.name,
    symbol,
    symbolId: '2fb942154ef44a4ab2ef98c8afb6a4a7',
    createTime: sendTimeMs,
    publicSpotKline: {
      interval,
      windowStart: candle.startMs / 1000,
      openingPrice: open,
      closingPrice: close,
      highestPrice: high,
      lowestPrice: low,
      volume,
      amount,
      windowEnd: candle.startMs / 1000 + seconds,
    },
  };
}

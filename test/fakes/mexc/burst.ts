import { fromUnits, toUnits } from '../venue/decimal-text.js';
import { integerBetween, type Random } from '../venue/seeded-random.js';
import type { SourceTrade } from '../venue/trade-source.js';
import { parseChannel } from './channel-name.js';
import type { FaultOf } from './faults.js';
import type { Market } from './market.js';

export interface BurstVenue {
  readonly market: Market;
  readonly random: Random;
  readonly symbols: readonly string[];
  /** Channels that somebody listens to. */
  readonly subscribed: readonly string[];
}

const TRADES = 5000;

/** Trades at prices around the last one, of the symbol given, else of one that is listened to. */
export function burstTrades(
  fault: FaultOf<'burst'>,
  { market, random, symbols, subscribed }: BurstVenue,
): readonly Omit<SourceTrade, 'atMs' | 'id'>[] {
  const heard = subscribed.map(parseChannel).find((channel) => channel?.content === 'deals');
  const symbol = fault.symbol ?? heard?.symbol ?? symbols[0] ?? '';
  const last = market.newest(symbol, 1)[0];
  const price = toUnits(last?.price ?? '1000');
  // A hundred-thousandth of the price, so that every price stays close to the last one.
  const step = price / 100_000n + 1n;
  return Array.from({ length: fault.trades ?? TRADES }, () => ({
    symbol,
    price: fromUnits(price + step * BigInt(integerBetween(random, -10, 10))),
    quantity: fromUnits(BigInt(integerBetween(random, 1, 1_000_000))),
    side: random() < 0.5 ? ('buy' as const) : ('sell' as const),
  }));
}

import { DUE_MAX, type SourceTrade, type TradeSource } from './trade-source.js';
import { integerBetween, seededRandom } from './seeded-random.js';

export interface SyntheticOptions {
  /** How many: LOAD000USDT, LOAD001USDT, … */
  readonly symbols: number;
  /** Of all symbols together, evenly spread over time and symbols. */
  readonly messagesPerSecond: number;
  /** Trades of one symbol at one time. */
  readonly tradesPerMessage: number;
  readonly seed?: number;
}

export function syntheticSymbols(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `LOAD${String(n).padStart(3, '0')}USDT`);
}

/** A random walk per symbol in steps of 0.01 around 1,000; no two trades share an id. */
export function syntheticTrades(options: SyntheticOptions): TradeSource {
  const symbols = syntheticSymbols(options.symbols);
  const random = seededRandom(options.seed ?? 1);
  const cents = symbols.map(() => 100_000);
  const { messagesPerSecond, tradesPerMessage } = options;
  let made = 0;
  const message = () => Math.floor(made / tradesPerMessage);
  const atMs = () => (message() * 1000) / messagesPerSecond;
  const make = (): SourceTrade => {
    const which = message() % symbols.length;
    const round = Math.floor(message() / symbols.length);
    const step = integerBetween(random, -5, 5);
    const price = Math.max(1, (cents[which] ?? 0) + step);
    cents[which] = price;
    return {
      symbol: symbols[which] ?? '',
      price: (price / 100).toFixed(2),
      quantity: (integerBetween(random, 1, 99_999) / 10_000).toFixed(4),
      side: random() < 0.5 ? 'buy' : 'sell',
      atMs: atMs(),
      id: BigInt(round * tradesPerMessage + (made % tradesPerMessage) + 1),
    };
  };
  return {
    symbols,
    due: (elapsedMs) => {
      const due: SourceTrade[] = [];
      while (atMs() <= elapsedMs && due.length < DUE_MAX) {
        due.push(make());
        made += 1;
      }
      return due;
    },
  };
}

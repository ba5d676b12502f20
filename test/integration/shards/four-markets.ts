import { join } from 'node:path';
import { openTradeFileFeed } from '../../../src/adapters/files-feed/trade-file-feed.js';
import type { Feed } from '../../../src/engine/ports/feed.js';

const TRADES = join(
  import.meta.dirname,
  '../../../data/sample/binance-futures-btcusdt-20200222.csv.gz',
);
/** Both of two shards have two. */
export const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'XRPUSDT'];
const TRADES_MAX = 12_000;

export interface Pace {
  readonly trades?: number;
  /** Called after each batch, with how many inputs were said. */
  readonly onSaid?: (count: number) => Promise<void>;
}

/** Real trades of one market, said of four symbols in turns: each has all that a strategy needs. */
export async function fourMarkets({ trades = TRADES_MAX, onSaid }: Pace = {}): Promise<Feed> {
  const feed = await openTradeFileFeed(TRADES);
  const inputs = async function* (skip: number, signal: AbortSignal) {
    let count = 0;
    for await (const batch of feed.inputs(0, signal)) {
      const room = trades - count;
      if (room <= 0) return;
      const said = batch
        .slice(0, room)
        .flatMap((input) =>
          input.kind === 'TradeObserved' ? SYMBOLS.map((symbol) => ({ ...input, symbol })) : [],
        );
      const before = count * SYMBOLS.length;
      count += Math.min(room, batch.length);
      yield said.slice(Math.max(0, skip - before));
      await onSaid?.(count * SYMBOLS.length);
    }
  };
  return { ...feed, identity: 'four markets', inputs };
}

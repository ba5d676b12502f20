import type { Channel } from './channel-name.js';
import type { Connection, Subscription } from './connection.js';
import { encodeFrame, type FrameMembers } from './frame-encoder.js';
import { bookTickerFrame, dealsFrame, klineFrame, type FrameContent } from './frames.js';
import type { OptionalField } from './faults.js';
import type { Market, MarketTrade } from './market.js';
import type { SentTrade } from './sent-log.js';

export interface PublisherOptions {
  readonly market: Market;
  readonly dealsPerFrameMax: number;
  /** Left out of every frame. */
  readonly without: readonly OptionalField[];
  elapsedMs(): number;
  nowMs(): number;
}

type Interval = Channel['intervalMs'];

interface Batch {
  dueMs: number;
  readonly trades: Map<string, MarketTrade[]>;
}

interface Encoded {
  readonly members: FrameMembers;
  readonly encoded: Buffer;
}

/** Collects trades per interval and sends every subscriber its frames. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #batches: Readonly<Record<Interval, Batch>> = {
    10: { dueMs: 0, trades: new Map() },
    100: { dueMs: 0, trades: new Map() },
    1000: { dueMs: 0, trades: new Map() },
  };
  #perFrameOnce: number | null = null;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  collect(trades: readonly MarketTrade[]): void {
    for (const { trades: batch } of [this.#batches[10], this.#batches[100]]) {
      for (const trade of trades) {
        const waiting = batch.get(trade.symbol);
        if (waiting === undefined) batch.set(trade.symbol, [trade]);
        else waiting.push(trade);
      }
    }
  }

  /** Splits the coming batches finer. */
  splitOnce(perFrame: number): void {
    this.#perFrameOnce = perFrame;
  }

  publish(connections: readonly Connection[]): void {
    const nowMs = this.#options.elapsedMs();
    for (const intervalMs of [10, 100, 1000] as const) {
      const batch = this.#batches[intervalMs];
      if (nowMs < batch.dueMs) continue;
      batch.dueMs = (Math.floor(nowMs / intervalMs) + 1) * intervalMs;
      this.#flush(intervalMs, batch, connections);
      batch.trades.clear();
      if (intervalMs === 100) this.#perFrameOnce = null;
    }
  }

  #flush(intervalMs: Interval, batch: Batch, connections: readonly Connection[]): void {
    const shared = new Map<string, Encoded>();
    for (const connection of connections) {
      if (connection.silenced) continue;
      for (const subscription of connection.subscriptions.values()) {
        if (subscription.channel.intervalMs !== intervalMs || subscription.mute) continue;
        const trades = batch.trades.get(subscription.channel.symbol) ?? [];
        if (subscription.channel.content === 'deals') {
          this.#sendDeals(connection, subscription, trades, shared);
        } else {
          this.#sendOther(connection, subscription.channel, trades);
        }
      }
    }
  }

  #sendDeals(
    connection: Connection,
    subscription: Subscription,
    batch: readonly MarketTrade[],
    shared: Map<string, Encoded>,
  ): void {
    const { channel, afterSequence, owed } = subscription;
    const fresh = batch.filter((trade) => trade.sequence > afterSequence);
    if (owed > 0) {
      subscription.owed = 0;
      const repeats = this.#options.market
        .newest(channel.symbol, Infinity)
        .filter((trade) => trade.sequence <= afterSequence)
        .slice(0, owed)
        .toReversed();
      if (repeats.length > 0) this.#sendFrame(connection, channel, repeats, { repeated: true });
    }
    const perFrame = this.#perFrameOnce ?? this.#options.dealsPerFrameMax;
    for (let from = 0; from < fresh.length; from += perFrame) {
      const trades = fresh.slice(from, from + perFrame);
      this.#sendFrame(connection, channel, trades, { repeated: false, shared });
    }
  }

  #sendFrame(
    connection: Connection,
    channel: Channel,
    trades: readonly MarketTrade[],
    { repeated, shared }: { repeated: boolean; shared?: Map<string, Encoded> },
  ): void {
    const without = new Set([...this.#options.without, ...connection.without]);
    const key = [channel.name, trades[0]?.sequence, trades.length, ...without].join(' ');
    const made = shared?.get(key) ?? this.#encode(channel, trades, without);
    shared?.set(key, made);
    connection.sendData({
      content: 'deals',
      channel: channel.name,
      ...made,
      trades: trades.map((trade) => sentTrade(trade, without, repeated)),
    });
  }

  #encode(
    channel: Channel,
    trades: readonly MarketTrade[],
    without: ReadonlySet<OptionalField>,
  ): Encoded {
    const members = dealsFrame({ channel, sendTimeMs: this.#options.nowMs(), without }, trades);
    return { members, encoded: encodeFrame(members) };
  }

  /** The book ticker when something traded, the candle once a second. */
  #sendOther(connection: Connection, channel: Channel, trades: readonly MarketTrade[]): void {
    const { market } = this.#options;
    const sendTimeMs = this.#options.nowMs();
    const content: FrameContent = { channel, sendTimeMs, without: connection.without };
    if (channel.content === 'bookTicker' && trades.length > 0) {
      const members = bookTickerFrame(content, market);
      if (members === null) return;
      connection.sendData({ content: 'bookTicker', channel: channel.name, members, trades: [] });
    } else if (channel.content === 'kline') {
      const members = klineFrame(content, market);
      if (members === null) return;
      connection.sendData({ content: 'kline', channel: channel.name, members, trades: [] });
    }
  }
}

function sentTrade(
  trade: MarketTrade,
  without: ReadonlySet<OptionalField>,
  repeated: boolean,
): SentTrade {
  return {
    ...trade,
    side: without.has('tradeType') ? 'unknown' : trade.side,
    tradeId: without.has('tradeId') ? null : trade.tradeId,
    repeated,
  };
}

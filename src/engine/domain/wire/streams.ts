/**
 * Streams, topics and keys by their wire names (domain.md 2.1): the one list from which the writer,
 * `cdb streams` and the docs derive. `lengthMax` is applied approximately, so a full stream holds a
 * little more: its length then says "full", not "that many today".
 */
export interface StreamSpec {
  readonly name: string;
  readonly lengthMax: number;
  readonly carries: string;
}

const stream = (name: string, lengthMax: number, carries: string): StreamSpec => ({
  name,
  lengthMax,
  carries,
});

export const STREAMS = {
  candles: stream('stream.candles_1m', 100_000, 'closed candles'),
  regimes: stream('stream.regime_signals', 10_000, 'confirmed regimes and their heartbeats'),
  allocations: stream('stream.allocation_decisions', 10_000, 'allocation per strategy'),
  signals: stream('stream.signals', 10_000, 'signals'),
  orders: stream('stream.orders', 10_000, 'approved orders'),
  ordersBlocked: stream('stream.orders_blocked', 10_000, 'refused signals with their reason code'),
  fills: stream('stream.fills', 10_000, 'order results, fills and refusals alike'),
  orderResults: stream('stream.order_results', 10_000, 'the same as stream.fills'),
  botShutdown: stream('stream.bot_shutdown', 10_000, 'stopped strategies'),
} as const;

export const TOPICS = {
  marketData: 'market_data',
  signals: 'signals',
  orders: 'orders',
  orderResults: 'order_results',
  alerts: 'alerts',
  portfolioSnapshots: 'portfolio_snapshots',
} as const;

export const KEYS = {
  marketState: { prefix: 'market_state:', ttlMs: 120_000 },
} as const;

export const STREAM_LIST: readonly StreamSpec[] = Object.values(STREAMS);

/** Undefined for a stream that is not part of the wire (a journal, for instance). */
export function streamSpec(name: string): StreamSpec | undefined {
  return STREAM_LIST.find((spec) => spec.name === name);
}

/** Names that look right and are none: a topic asked for as a stream (the founding mix-up). */
export function streamForTopic(name: string): StreamSpec | undefined {
  const byTopic: Readonly<Record<string, StreamSpec>> = {
    [TOPICS.signals]: STREAMS.signals,
    [TOPICS.orders]: STREAMS.orders,
    [TOPICS.orderResults]: STREAMS.fills,
  };
  return Object.hasOwn(byTopic, name) ? byTopic[name] : undefined;
}

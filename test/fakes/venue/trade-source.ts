/** A trade of the market that the fake plays. */
export interface SourceTrade {
  readonly symbol: string;
  /** Decimal text as recorded. */
  readonly price: string;
  /** Base asset. */
  readonly quantity: string;
  /** Side of the taker. */
  readonly side: 'buy' | 'sell';
  /** When it happens, in elapsed ms of the venue; before the start when negative. */
  readonly atMs: number;
  /** Of the recording, counted on when it is repeated: contiguous per symbol. */
  readonly id: bigint;
}

export interface TradeSource {
  readonly symbols: readonly string[];
  /** What has happened since the last call, in order, at most DUE_MAX; the rest comes next time. */
  due(elapsedMs: number): readonly SourceTrade[];
}

export const DUE_MAX = 50_000;

export const NO_TRADES = (symbols: readonly string[]): TradeSource => ({ symbols, due: () => [] });

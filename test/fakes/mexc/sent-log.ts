/** One trade in a frame, as it stands on the wire. */
export interface SentTrade {
  readonly symbol: string;
  readonly price: string;
  readonly quantity: string;
  readonly side: 'buy' | 'sell' | 'unknown';
  /** Venue time of execution, Unix ms. */
  readonly timeMs: number;
  /** Null where the frame carries none. */
  readonly tradeId: string | null;
  /** Counts the trades of the market: the same trade has the same number on every connection. */
  readonly sequence: number;
  /** This connection or one before it already got the trade (fault `duplicates`). */
  readonly repeated: boolean;
}

export interface SentFrame {
  /** Binary and text frames of the connection, counted from 1. */
  readonly number: number;
  readonly content: 'deals' | 'bookTicker' | 'kline' | 'control' | 'foreign';
  /** The channel, or the text itself of a control frame. */
  readonly about: string;
  readonly sentAtMs: number;
  readonly bytes: number;
  /** A reader can decode it. */
  readonly intact: boolean;
  /** In the order of the frame. */
  readonly trades: readonly SentTrade[];
  /** The kernel took all of it. False: at most a part went out. */
  flushed: boolean;
}

/** Plain data, as the fake's own process reports it. */
export interface ConnectionLog {
  readonly id: number;
  readonly openedAtMs: number;
  endedAtMs: number | null;
  /** Why it ended, in words; null while it is open. */
  ended: string | null;
  /** Texts of the client, newest last, without PINGs. */
  readonly requests: string[];
  readonly channels: string[];
  readonly frames: SentFrame[];
  framesSent: number;
  tradesSent: number;
  pingsReceived: number;
  /** Answers to protocol pings of the server. */
  pongsReceived: number;
  /** Texts that are no request. */
  notUnderstood: number;
  /** Frames are no longer kept: one of the bounds was reached, or it was told so. */
  framesDropped: number;
}

export interface SentSelection {
  readonly connection?: number;
  readonly symbol?: string;
}

/** Trades that clients had a chance to read: in whole frames that the kernel took completely. */
export function deliverable(
  logs: readonly ConnectionLog[],
  { connection, symbol }: SentSelection = {},
): readonly SentTrade[] {
  return logs
    .filter((log) => connection === undefined || log.id === connection)
    .flatMap((log) => log.frames)
    .filter((frame) => frame.intact && frame.flushed)
    .flatMap((frame) => frame.trades)
    .filter((trade) => symbol === undefined || trade.symbol === symbol);
}

export const REQUESTS_KEPT = 1000;
/** Over all connections; beyond, frames are counted and not kept. */
export const TRADES_KEPT = 2_000_000;

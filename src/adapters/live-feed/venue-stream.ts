/**
 * How one stream of trades talks. An adapter is pure: texts and bytes in, messages out; connections,
 * timers and bookkeeping are the same for all and live beside this file.
 */
export interface TradeStream {
  /** `mexc`, `binance`: the venue of every trade that does not name its own. */
  readonly venue: string;
  /** Trade ids of one symbol count up by one, so that a missing trade shows. */
  readonly contiguousTradeIds: boolean;
  /** More symbols than this need another connection. */
  readonly symbolsPerConnectionMax: number;
  /** Texts to send once the connection is open; none where opening it subscribes already. */
  subscribeTexts(symbols: readonly string[]): readonly string[];
  /** What the client has to send to be kept; null where the venue pings by itself. */
  readonly keepAlive: { readonly text: string; readonly everyMs: number } | null;
  /** Never throws: what can't be read is a message of kind `unreadable`. */
  readText(text: string): StreamMessage;
  /** Never throws. */
  readBinary(bytes: Uint8Array): StreamMessage;
}

/** A venue's public stream, over a WebSocket. */
export interface VenueStream extends TradeStream {
  /** Address of the socket for these symbols, below the base URL of the configuration. */
  socketUrl(baseUrl: string, symbols: readonly string[]): string;
}

/** A trade as it stands in a frame: texts are unchecked, the core's door judges them. */
export interface StreamTrade {
  readonly price: string;
  /** Base asset. */
  readonly qty: string;
  /** Side of the taker. */
  readonly side: 'buy' | 'sell' | 'unknown';
  readonly tradeId: string | null;
  /** Venue time of execution, Unix ms; null where the frame has none. */
  readonly tsMs: number | null;
  /** Where one stream carries the trades of several venues; ids are unique within one. */
  readonly venue?: string;
}

export type StreamMessage =
  | {
      readonly kind: 'trades';
      readonly symbol: string;
      /** When the venue sent the frame, Unix ms. */
      readonly sentAtMs: number | null;
      /** In the order of the frame. */
      readonly trades: readonly StreamTrade[];
    }
  /** Decoded market data other than trades (book ticker, candle, depth): proof of life. */
  | { readonly kind: 'data'; readonly symbol: string | null; readonly sentAtMs: number | null }
  | { readonly kind: 'pong' }
  /** An answer to a subscription. Symbols in neither list were not answered for. */
  | {
      readonly kind: 'answered';
      readonly accepted: readonly string[];
      readonly rejected: readonly string[];
      /** The venue's words; unchecked text from the wire. */
      readonly why: string;
    }
  /** The venue says that it will close the connection. */
  | { readonly kind: 'closing'; readonly why: string }
  /** Nothing in it concerns us (an empty frame, an event of another stream). */
  | { readonly kind: 'nothing' }
  /** Torn, foreign or malformed; the connection goes on. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** What a foreign frame holds. */
export type ForeignContent =
  'random-bytes' | 'other-message' | 'gzip' | 'empty' | 'invalid-listen-key' | 'invalid-json';

export type OptionalField = 'symbol' | 'sendTime' | 'eventType' | 'tradeId' | 'tradeType';

/** Everything that can go wrong, by name. Which strike once and which last: `FAULTS`. */
export type Fault =
  /** The TCP connection ends without a close frame; the other side can read what was sent. */
  | { readonly kind: 'cut' }
  /** TCP reset: what the other side has not read yet is lost. */
  | { readonly kind: 'reset' }
  /** The connections of this moment are neither read nor written any more, for good. */
  | { readonly kind: 'half-open' }
  /** A close frame with this code (1006 can't be sent: it is what a client sees of a `cut`). */
  | { readonly kind: 'close'; readonly code: number; readonly reason?: string }
  /** The next frame with deals lacks its last bytes: its trades are lost. */
  | { readonly kind: 'torn-frame' }
  | { readonly kind: 'foreign-frame'; readonly content: ForeignContent }
  /** A well-formed deals frame without deals of so many bytes (default: 1 MiB and 64 KiB). */
  | { readonly kind: 'huge-frame'; readonly bytes?: number }
  | { readonly kind: 'server-ping' }
  /** So many trades happen at once (default 5,000), in frames of at most `perFrame` (500). */
  | {
      readonly kind: 'burst';
      readonly symbol?: string;
      readonly trades?: number;
      readonly perFrame?: number;
    }
  /** The shown time jumps, forth or back. */
  | { readonly kind: 'clock-jump'; readonly ms: number }
  /** The shown time runs at this rate while it lasts, then again at 1. */
  | { readonly kind: 'clock-rate'; readonly rate: number }
  /** No market data; PING is answered. The venue's own 60 s rule does not end the silence. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'pong-missing' }
  /** Subscriptions are refused (these symbols, or all), with code 0 as ever. */
  | { readonly kind: 'reject'; readonly symbols?: readonly string[] }
  /** Subscriptions made meanwhile are acknowledged and never get a frame. */
  | { readonly kind: 'lying-ack' }
  /** Subscriptions work, unacknowledged. */
  | { readonly kind: 'ack-missing' }
  | { readonly kind: 'ack-delayed'; readonly delayMs: number }
  | { readonly kind: 'schema-growth' }
  /** Default: symbol, sendTime, eventType and tradeId. */
  | { readonly kind: 'fields-missing'; readonly fields?: readonly OptionalField[] }
  | { readonly kind: 'field-order' }
  /** A new subscription first gets the symbol's newest trades again, as many as this (default 20). */
  | { readonly kind: 'duplicates'; readonly trades?: number }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'fragments'; readonly bytes: number }
  | { readonly kind: 'handshake-slow'; readonly delayMs: number }
  /** The upgrade is answered with this status and a page of HTML. */
  | { readonly kind: 'handshake-refused'; readonly status: 403 | 429 | 502 }
  /** Nobody listens on the stream's port. */
  | { readonly kind: 'connection-refused' }
  /** 403 and 5xx come as HTML, 429 with Retry-After; for paths that begin so, or all. */
  | {
      readonly kind: 'rest-status';
      readonly status: number;
      readonly retryAfterSeconds?: number;
      readonly path?: string;
    }
  | { readonly kind: 'rest-slow'; readonly delayMs: number; readonly path?: string }
  /** The request is read and never answered. */
  | { readonly kind: 'rest-silent'; readonly path?: string }
  /** The venue's own refusal, with this text as the body. */
  | {
      readonly kind: 'rest-error';
      readonly status: number;
      readonly body: string;
      readonly path?: string;
      readonly method?: string;
    }
  /** What is asked for is done, and the connection ends without an answer. */
  | { readonly kind: 'rest-lost'; readonly path?: string; readonly method?: string };

export type FaultKind = Fault['kind'];

export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>;

interface FaultTraits {
  /** `connection`: some or all connections; `venue`: everybody. */
  readonly scope: 'connection' | 'venue';
  readonly lasts: boolean;
}

const ONCE: FaultTraits = { scope: 'connection', lasts: false };
const LASTS: FaultTraits = { scope: 'connection', lasts: true };
const VENUE_ONCE: FaultTraits = { scope: 'venue', lasts: false };
const VENUE_LASTS: FaultTraits = { scope: 'venue', lasts: true };

export const FAULTS: Readonly<Record<FaultKind, FaultTraits>> = {
  cut: ONCE,
  reset: ONCE,
  'half-open': ONCE,
  close: ONCE,
  'torn-frame': ONCE,
  'foreign-frame': ONCE,
  'huge-frame': ONCE,
  'server-ping': ONCE,
  burst: VENUE_ONCE,
  'clock-jump': VENUE_ONCE,
  'clock-rate': VENUE_LASTS,
  silence: LASTS,
  'pong-missing': LASTS,
  reject: LASTS,
  'lying-ack': LASTS,
  'ack-missing': LASTS,
  'ack-delayed': LASTS,
  'schema-growth': LASTS,
  'fields-missing': LASTS,
  'field-order': LASTS,
  duplicates: LASTS,
  slow: LASTS,
  fragments: LASTS,
  'handshake-slow': VENUE_LASTS,
  'handshake-refused': VENUE_LASTS,
  'connection-refused': VENUE_LASTS,
  'rest-status': VENUE_LASTS,
  'rest-slow': VENUE_LASTS,
  'rest-silent': VENUE_LASTS,
  'rest-error': VENUE_LASTS,
  'rest-lost': VENUE_LASTS,
};

/** An order that rests at a venue. */
export interface RestingOrder {
  readonly orderId: string;
  readonly symbol: string;
  readonly status: string;
}

export type VenueAnswer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** It was not carried out. `retryAfterMs`: how long the venue wants to be left alone. */
  | { readonly kind: 'refused'; readonly words: string; readonly retryAfterMs: number }
  /** Nobody knows whether it was carried out. */
  | { readonly kind: 'unknown'; readonly words: string; readonly retryAfterMs: number };

/** What the watchdog may do at a venue: list and cancel, nothing else. Bounded in time, never throws. */
export interface OpenOrders {
  /** For people: `MEXC (https://api.mexc.com)`. */
  readonly venue: string;
  /** @returns what the venue says that it cancels; that is its word, not a proof */
  cancelAll(symbol: string): Promise<VenueAnswer<readonly RestingOrder[]>>;
  list(symbol: string): Promise<VenueAnswer<readonly RestingOrder[]>>;
}

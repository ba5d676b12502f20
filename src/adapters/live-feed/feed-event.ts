import type { StreamMessage, TradeStream } from './venue-stream.js';

export type WireFrame =
  | { readonly kind: 'text'; readonly connection: number; readonly text: string }
  | { readonly kind: 'binary'; readonly connection: number; readonly bytes: Uint8Array };

/** Something that happened on the wire, as it was received. `atMs` is the local clock. */
export type WireEvent =
  /** The feed begins: nothing is known of these symbols until their first trades. */
  | { readonly kind: 'begun'; readonly symbols: readonly string[] }
  | { readonly kind: 'opened'; readonly connection: number; readonly symbols: readonly string[] }
  | { readonly kind: 'closed'; readonly connection: number; readonly why: string }
  | WireFrame
  /** The venue's answer to the question for its time. */
  | { readonly kind: 'venue_time'; readonly venueMs: number; readonly roundTripMs: number }
  /** The local clock was set; what was known of its offset no longer holds. */
  | { readonly kind: 'clock_set' }
  /** The engine did not keep up: a frame with trades of the symbol was dropped. */
  | { readonly kind: 'overflow'; readonly symbol: string }
  /** Time passes without a frame. */
  | { readonly kind: 'tick' };

/** The same with frames decoded: what the bookkeeping works on, live and from a recording. */
export type FeedEvent =
  | Exclude<WireEvent, WireFrame>
  | { readonly kind: 'message'; readonly connection: number; readonly message: StreamMessage };

/** Never throws: what can't be read is a message as well. */
export function readFrame(
  stream: Pick<TradeStream, 'readText' | 'readBinary'>,
  frame: WireFrame,
): StreamMessage {
  return frame.kind === 'text' ? stream.readText(frame.text) : stream.readBinary(frame.bytes);
}

import { belowBaseUrl } from '../live-feed/below-base-url.js';
import type { StreamMessage, StreamTrade, VenueStream } from '../live-feed/venue-stream.js';
import { dealsChannel, symbolOfChannel } from './channel.js';
import { readControlText } from './control-text.js';
import type { MexcDeal, MexcFrame } from './frame-schema.js';
import { readFrame } from './read-frame.js';

/** MEXC drops a connection without data after 60 s; whether a ping prevents that is not settled. */
const PING_EVERY_MS = 15_000;
/** MEXC's own limit, counted over all requests of a connection. */
const SYMBOLS_MAX = 30;

/** MEXC spot, V3: subscriptions and answers are JSON texts, data are protobuf. */
export function mexcStream(): VenueStream {
  return {
    venue: 'mexc',
    // Opaque, and absent before June 2026: a missing trade doesn't show.
    contiguousTradeIds: false,
    symbolsPerConnectionMax: SYMBOLS_MAX,
    socketUrl: (baseUrl) => belowBaseUrl(baseUrl, '/ws'),
    subscribeTexts: (symbols) => (symbols.length === 0 ? [] : [subscription(symbols)]),
    keepAlive: { text: JSON.stringify({ method: 'PING' }), everyMs: PING_EVERY_MS },
    readText: readControlText,
    readBinary,
  };
}

function subscription(symbols: readonly string[]): string {
  return JSON.stringify({ method: 'SUBSCRIPTION', params: symbols.map(dealsChannel), id: 1 });
}

function readBinary(bytes: Uint8Array): StreamMessage {
  if (bytes.length === 0) return { kind: 'nothing' };
  const read = readFrame(bytes);
  if (!read.ok) return { kind: 'unreadable', why: read.why };
  const { frame } = read;
  if (frame.publicAggreDeals !== undefined) return trades(frame, frame.publicAggreDeals.deals);
  const names = Object.keys(frame);
  if (names.some((name) => name.startsWith('private'))) return { kind: 'nothing' };
  if (names.some((name) => name.startsWith('public'))) {
    const symbol = symbolOf(frame);
    return { kind: 'data', symbol: symbol === '' ? null : symbol, sentAtMs: ms(frame.sendTime) };
  }
  // A body that moved to another field looks like this, and silence would hide it.
  return { kind: 'unreadable', why: 'no body that this build of cdb knows' };
}

function trades(frame: MexcFrame, deals: readonly MexcDeal[] = []): StreamMessage {
  const symbol = symbolOf(frame);
  if (symbol === '') return { kind: 'unreadable', why: 'trades without a symbol' };
  return { kind: 'trades', symbol, sentAtMs: ms(frame.sendTime), trades: deals.map(trade) };
}

function symbolOf({ symbol = '', channel = '' }: MexcFrame): string {
  return symbol === '' ? symbolOfChannel(channel) : symbol;
}

function trade({
  price = '',
  quantity = '',
  tradeType,
  time,
  tradeId = '',
}: MexcDeal): StreamTrade {
  return {
    price,
    qty: quantity,
    side: tradeType === 1 ? 'buy' : tradeType === 2 ? 'sell' : 'unknown',
    tradeId: tradeId === '' ? null : tradeId,
    tsMs: ms(time),
  };
}

/** Absent and 0 are the same on this wire. A time that no number holds exactly is no time. */
function ms(time: number | bigint | undefined): number | null {
  return typeof time === 'number' && time !== 0 ? time : null;
}

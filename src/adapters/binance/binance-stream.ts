import { belowBaseUrl } from '../live-feed/below-base-url.js';
import type { VenueStream } from '../live-feed/venue-stream.js';
import { readEventText } from './event-text.js';

/** Binance allows 1,024 streams; fewer bound what one lost connection costs, and the address. */
const SYMBOLS_MAX = 200;

/** Binance spot, combined streams: the address subscribes, everything is JSON text. */
export function binanceStream(): VenueStream {
  return {
    venue: 'binance',
    contiguousTradeIds: true,
    symbolsPerConnectionMax: SYMBOLS_MAX,
    socketUrl: (baseUrl, symbols) =>
      belowBaseUrl(baseUrl, `/stream?streams=${symbols.map(tradeStream).join('/')}`),
    subscribeTexts: () => [],
    // The server pings on the level of the protocol, and the socket answers.
    keepAlive: null,
    readText: readEventText,
    readBinary: (bytes) =>
      bytes.length === 0
        ? { kind: 'nothing' }
        : { kind: 'unreadable', why: `a binary frame of ${bytes.length} bytes` },
  };
}

/** Lower case here, upper case in the events. Some symbols are not ASCII. */
function tradeStream(symbol: string): string {
  return `${encodeURIComponent(symbol.toLowerCase())}@trade`;
}

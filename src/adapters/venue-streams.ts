import { binanceStream } from './binance/binance-stream.js';
import type { VenueStream } from './live-feed/venue-stream.js';
import { mexcStream } from './mexc/mexc-stream.js';

/** The venues whose public streams cdb can listen to, by name. */
export function venueStream(venue: string): VenueStream | undefined {
  switch (venue) {
    case 'mexc':
      return mexcStream();
    case 'binance':
      return binanceStream();
    default:
      return undefined;
  }
}

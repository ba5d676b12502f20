import type { LiveVenue } from '../config/live-venues.js';
import { binanceStream } from './binance/binance-stream.js';
import { binanceSelfTest } from './binance/self-test.js';
import type { VenueStream } from './live-feed/venue-stream.js';
import { mexcStream } from './mexc/mexc-stream.js';
import { mexcSelfTest } from './mexc/self-test.js';

interface ListenedVenue {
  stream(): VenueStream;
  /** @returns what decodes. @throws OperatorError CDB-E0520 */
  selfTest(): string;
}

/** The venues whose public streams cdb can listen to. */
export const VENUE_STREAMS: Readonly<Record<LiveVenue, ListenedVenue>> = {
  mexc: { stream: mexcStream, selfTest: mexcSelfTest },
  binance: { stream: binanceStream, selfTest: binanceSelfTest },
};

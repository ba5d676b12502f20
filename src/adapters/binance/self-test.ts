import { testStoredFrames } from '../live-feed/stored-frames.js';
import { binanceStream } from './binance-stream.js';

/**
 * Before a live feed of Binance starts: captured events read as the message that the feed gets.
 * @returns e.g. "3 stored frames decode". @throws OperatorError CDB-E0520
 */
export function binanceSelfTest(): string {
  const stream = binanceStream();
  return testStoredFrames('binance', (received) => ({ message: stream.readText(received) }));
}

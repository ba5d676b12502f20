import { testStoredFrames } from '../live-feed/stored-frames.js';
import { mexcStream } from './mexc-stream.js';
import { readFrame } from './read-frame.js';

/**
 * Before a live feed of MEXC starts: captured frames decode to their fields and to the message that
 * the feed gets. @returns e.g. "3 stored frames decode". @throws OperatorError CDB-E0520
 */
export function mexcSelfTest(): string {
  const stream = mexcStream();
  return testStoredFrames('mexc', (received) => {
    const bytes = Buffer.from(received, 'hex');
    const read = readFrame(bytes);
    return { decoded: read.ok ? read.frame : read.why, message: stream.readBinary(bytes) };
  });
}

import { basename } from 'node:path';
import type { Feed } from '../../engine/ports/feed.js';
import { isRecording, openRecordedFeed } from '../live-feed/recorded-feed.js';
import { sampleFile } from './sample-file.js';
import { openTradeFileFeed } from './trade-file-feed.js';

/**
 * A feed from a file: trades as csv or ndjson, or a recording of a live feed, each also as gzip;
 * `sample` is the built-in one. Throws OperatorError when the file can't be read or is neither.
 */
export async function openFileFeed(
  source: string,
  { symbols = [] }: { readonly symbols?: readonly string[] } = {},
): Promise<Feed> {
  if (source === 'sample') {
    const path = sampleFile();
    const feed = await openTradeFileFeed(path, { symbols });
    return {
      ...feed,
      description: feed.description.replace(basename(path), `sample (${basename(path)})`),
    };
  }
  // What can't be read is told by whoever reads the whole file.
  const recorded = await isRecording(source).catch(() => false);
  return recorded ? openRecordedFeed(source, { symbols }) : openTradeFileFeed(source, { symbols });
}

import type { FeedInput } from '../../../src/engine/domain/inputs.js';
import type { Feed } from '../../../src/engine/ports/feed.js';

export interface ListFeedOptions {
  readonly batchTrades?: number;
  /** Thrown behind the last input, as a truncated file does. */
  readonly failure?: Error;
  /** Waited for before the batch with this index. */
  readonly gate?: (batch: number) => Promise<void> | undefined;
}

/** A finite feed from a list. */
export function listFeed(
  inputs: readonly FeedInput[],
  { batchTrades = 16, failure, gate }: ListFeedOptions = {},
): Feed {
  return {
    identity: `list;${inputs.length}`,
    description: 'list',
    finite: true,
    inputs: async function* (skip, signal) {
      const rest = inputs.slice(skip);
      for (let at = 0, batch = 0; at < rest.length; at += batchTrades, batch += 1) {
        await gate?.(batch);
        if (signal.aborted) return;
        yield rest.slice(at, at + batchTrades);
      }
      if (failure !== undefined) throw failure;
    },
    health: () => null,
  };
}

/** As a live feed: the reader has half of it, the rest has been received when it is to end. */
export function receivingFeed(inputs: readonly FeedInput[]): Feed {
  const half = Math.floor(inputs.length / 2);
  return {
    ...listFeed(inputs),
    finite: false,
    inputs: async function* (_, signal) {
      yield inputs.slice(0, half);
      if (!signal.aborted) {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve, { once: true });
        });
      }
      yield inputs.slice(half);
    },
  };
}

import type { Hash } from '../engine/domain/hash.js';
import type { Feed } from '../engine/ports/feed.js';

/**
 * What commands may use of the world outside, made by the composition root on demand: a command
 * that needs no database never loads its client.
 */
export interface Services {
  hash(): Promise<Hash>;
  /** `sample` or the path of a trades file. */
  tradeFile(source: string, symbols: readonly string[]): Promise<Feed>;
}
